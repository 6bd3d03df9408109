// Fields that matter only while another one has some value: `data-shown-when="effect=FIXED"`, with
// several values after commas, or `*` for any. A section whose fields are all hidden is hidden too.
// Without this script all are shown, and the server ignores what isn't needed.
(() => {
  "use strict";

  const rowOf = (field) => {
    // Up to the last box that holds this field alone.
    let box = field;
    while (box.parentElement && !box.parentElement.matches("fieldset, form")) {
      if (box.parentElement.querySelectorAll("input:not([type=hidden]), select, textarea").length > 1) break;
      box = box.parentElement;
    }
    return box;
  };

  const valueOf = (form, name) => form.elements[name]?.value ?? "";

  function start(form) {
    const rules = [...form.querySelectorAll("[data-shown-when]")].map((field) => {
      const [name, values] = field.dataset.shownWhen.split("=");
      return { row: rowOf(field), name, values: values.split(",") };
    });
    const apply = () => {
      for (const rule of rules) {
        const value = valueOf(form, rule.name);
        rule.row.hidden = !(rule.values.includes("*") ? value !== "" : rule.values.includes(value));
        rule.row.style.display = rule.row.hidden ? "none" : "";
      }
      for (const section of form.querySelectorAll("fieldset.module")) {
        const rows = rules.filter((rule) => section.contains(rule.row));
        const all = [...section.querySelectorAll("input:not([type=hidden]), select, textarea")];
        const shown = all.filter((field) => !rows.some((rule) => rule.row.hidden && rule.row.contains(field)));
        section.classList.toggle("console-hidden", rows.length > 0 && shown.length === 0);
      }
    };
    form.addEventListener("change", apply);
    form.addEventListener("input", apply);
    apply();
  }

  document.addEventListener("DOMContentLoaded", () => {
    for (const form of new Set([...document.querySelectorAll("[data-shown-when]")].map((one) => one.form))) start(form);
  });
})();
