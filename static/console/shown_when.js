// Fields that matter only while others have some value: `data-shown-when="effect=FIXED"`, with
// several values after commas, or `*` for any (of a box to tick: ticked), and `&` between
// conditions that must all hold; a name with a point before it (`.what=COUPON`) is of the same row of
// an inline. It may stand on a field, or on a box of several. A section whose fields are all hidden
// is hidden too.
// Without this script all are shown, and the server ignores what isn't needed.
(() => {
  "use strict";

  const rowOf = (field) => {
    // Up to the last box that holds this field alone, or others that show with it, as a day and its
    // hour do.
    let box = field;
    const isOther = (one) => one.dataset.shownWhen !== field.dataset.shownWhen && !field.contains(one);
    while (box.parentElement && !box.parentElement.matches("fieldset, form")) {
      const around = box.parentElement.querySelectorAll("input:not([type=hidden]), select, textarea");
      if ([...around].some(isOther)) break;
      box = box.parentElement;
    }
    return box;
  };

  // Rows are renumbered by the script that adds them, so the row's own number is read each time.
  const nameOf = (field, name) =>
    name.startsWith(".") ? `${field.name.replace(/[^-]*$/, "")}${name.slice(1)}` : name;

  const valueOf = (form, name) => {
    const field = form.elements[name];
    return field?.type === "checkbox" && !field.checked ? "" : (field?.value ?? "");
  };

  const isMet = (form, { name, values }) => {
    const value = valueOf(form, name);
    return values.includes("*") ? value !== "" : values.includes(value);
  };

  const rulesOf = (form) =>
    [...form.querySelectorAll("[data-shown-when]")].map((field) => ({
      row: rowOf(field),
      conditions: field.dataset.shownWhen.split("&").map((condition) => {
        const [name, values] = condition.split("=");
        return { name: nameOf(field, name), values: values.split(",") };
      }),
    }));

  // A choice that isn't shown isn't made: the first one that is shown takes its place.
  const chooseShown = (form, rules) => {
    let isChanged = false;
    for (const { row } of rules) {
      const chosen = row.hidden && row.querySelector("input[type=radio]:checked");
      if (!chosen || row.querySelectorAll("input").length > 1) continue;
      const others = [...form.querySelectorAll(`input[type=radio][name="${chosen.name}"]`)];
      const first = others.find((one) => !rules.some((rule) => rule.row.hidden && rule.row.contains(one)));
      if (first) first.checked = isChanged = true;
    }
    return isChanged;
  };

  function start(form) {
    let rules = rulesOf(form);
    const apply = () => {
      for (const rule of rules) {
        rule.row.hidden = !rule.conditions.every((condition) => isMet(form, condition));
        rule.row.style.display = rule.row.hidden ? "none" : "";
      }
      if (chooseShown(form, rules)) return apply();
      for (const section of form.querySelectorAll("fieldset.module")) {
        const rows = rules.filter((rule) => section.contains(rule.row));
        const all = [...section.querySelectorAll("input:not([type=hidden]), select, textarea")];
        const shown = all.filter((field) => !rows.some((rule) => rule.row.hidden && rule.row.contains(field)));
        section.classList.toggle("console-hidden", rows.length > 0 && shown.length === 0);
      }
      return undefined;
    };
    form.addEventListener("change", apply);
    form.addEventListener("input", apply);
    // Rows that a script adds may hold such fields too.
    for (const added of ["console:added", "formset:added", "formset:removed"]) {
      document.addEventListener(added, () => { rules = rulesOf(form); apply(); });
    }
    apply();
  }

  document.addEventListener("DOMContentLoaded", () => {
    const fields = [...document.querySelectorAll("[data-shown-when]")];
    for (const form of new Set(fields.map((one) => one.closest("form")))) start(form);
  });
})();
