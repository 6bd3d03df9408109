// The editor of conditions: groups within groups, each comparison with the input that its field
// needs. What is kept stays the text area's JSON; the server reads it, says it as a sentence and
// tells mistakes at their place. Without this script the text area itself is shown.
(() => {
  "use strict";

  const LISTS = ["in", "not_in", "contains"];
  const MANY = 12;
  const PAUSE = 350;
  let serial = 0;

  function make(tag, options = {}, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(options)) {
      if (name === "class") made.className = value;
      else if (name === "text") made.textContent = value;
      else if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
      else if (value === true) made.setAttribute(name, "");
      else if (value !== null && value !== undefined && value !== false) made.setAttribute(name, value);
    }
    made.append(...children.filter((child) => child !== null));
    return made;
  }

  const icon = (name) =>
    make("span", { class: "material-symbols-outlined", "aria-hidden": "true", text: name });

  // A tree of the grammar ⇄ nodes of the editor. A group's mode is all, any or none.
  function toNode(tree) {
    if (tree === null || typeof tree !== "object" || Array.isArray(tree)) throw new Error("no tree");
    if ("all" in tree) return { mode: "all", parts: tree.all.map(toNode) };
    if ("any" in tree) return { mode: "any", parts: tree.any.map(toNode) };
    if ("not" in tree) {
      const inner = tree.not;
      const parts = "any" in inner && inner.any.length > 1 ? inner.any : [inner];
      return { mode: "none", parts: parts.map(toNode) };
    }
    return { field: tree.field, op: tree.op, value: tree.value, days: tree.days, of: tree.of };
  }

  // What narrows a comparison stands in its tree only where it is said.
  function toLeaf(node) {
    const tree = { field: node.field, op: node.op, value: node.value };
    if (node.days !== null && node.days !== undefined) tree.days = node.days;
    if (node.of !== null && node.of !== undefined && node.of.length !== 0) tree.of = node.of;
    return tree;
  }

  // Beside the tree: which node stands at which path, as the server names it.
  function toTree(node, path, places) {
    places.set(path, node);
    const inner = (name) => (path ? `${path}.${name}` : name);
    if (!node.mode) return toLeaf(node);
    const all = (name, at) =>
      node.parts.map((part, index) => toTree(part, `${at}[${index}]`, places));
    if (node.mode !== "none") return { [node.mode]: all(node.mode, inner(node.mode)) };
    if (node.parts.length === 1) return { not: toTree(node.parts[0], inner("not"), places) };
    places.set(inner("not"), node);
    return { not: { any: all("any", `${inner("not")}.any`) } };
  }

  class Editor {
    constructor(root) {
      this.root = root;
      this.text = root.querySelector("textarea");
      this.tree = root.querySelector("[data-tree]");
      this.sentence = root.querySelector("[data-sentence]");
      this.known = JSON.parse(root.querySelector("script").textContent);
      this.texts = this.known.texts;
      this.fields = new Map(this.known.fields.map((field) => [field.code, field]));
      this.places = new Map();
      this.boxes = new Map();
      this.asked = 0;
      this.start();
    }

    start() {
      let node;
      try {
        node = this.text.value.trim() ? toNode(JSON.parse(this.text.value)) : this.nothing();
      } catch {
        this.giveUp();
        return;
      }
      if (!node.mode) node = { mode: "all", parts: [node] };
      this.top = node.parts ? node : this.nothing();
      this.text.hidden = true;
      this.tree.hidden = this.sentence.hidden = false;
      this.draw();
      this.ask();
      this.text.form.addEventListener("input", () => this.askSoon());
      this.text.form.addEventListener("change", () => this.askSoon());
    }

    nothing() {
      return { mode: "all", parts: [] };
    }

    giveUp() {
      const anew = make("button", {
        type: "button", class: "console-button console-button-plain", text: this.texts.startAnew,
        onclick: () => { this.text.value = ""; this.tree.replaceChildren(); this.start(); },
      });
      this.tree.replaceChildren(make("p", { class: "condition-problem", text: this.texts.unsupported }), anew);
      this.tree.hidden = false;
    }

    // Every change ends here: the text is what the form sends.
    changed() {
      this.save();
      this.text.dispatchEvent(new Event("change", { bubbles: true }));
    }

    save() {
      this.places = new Map();
      const tree = this.top.parts.length ? toTree(this.top, "", this.places) : {};
      this.text.value = this.top.parts.length ? JSON.stringify(tree) : "";
    }

    draw(focusOn = null) {
      this.boxes = new Map();
      this.tree.replaceChildren(this.group(this.top, null, 0));
      this.save();
      const wanted = focusOn && this.boxes.get(focusOn);
      if (wanted) wanted.querySelector("select, input, button")?.focus();
    }

    group(node, parent, depth) {
      const list = make("ul", { class: "condition-parts" });
      for (const part of node.parts) {
        list.append(make("li", {}, part.mode ? this.group(part, node, depth + 1) : this.leaf(part, node)));
      }
      const mode = make("select", {
        "aria-label": this.texts.mode,
        onchange: (event) => { node.mode = box.dataset.mode = event.target.value; this.changed(); },
      });
      for (const code of ["all", "any", "none"]) {
        mode.append(make("option", { value: code, text: this.texts[code], selected: node.mode === code }));
      }
      const head = make("div", { class: "condition-head" }, node.parts.length || parent ? mode : null);
      if (!node.parts.length && !parent) head.append(make("span", { class: "console-muted", text: this.texts.empty }));
      if (parent) head.append(this.remover(node, parent, this.texts.removeGroup));
      const foot = make("div", { class: "condition-foot" }, this.adder(node, "add", this.texts.add));
      if (depth < 4) foot.append(this.adder(node, "group", this.texts.group));
      const box = make("fieldset", { class: "condition-group", "data-mode": node.mode }, head, list, foot, this.problem());
      this.boxes.set(node, box);
      return box;
    }

    problem() {
      return make("p", { class: "condition-problem", hidden: true, role: "alert" });
    }

    adder(node, kind, label) {
      return make("button", {
        type: "button", class: "condition-add", "data-add": kind,
        onclick: () => {
          const leaf = this.fresh();
          const part = kind === "group" ? { mode: node.mode === "any" ? "all" : "any", parts: [leaf] } : leaf;
          node.parts.push(part);
          this.draw(leaf);
          this.changed();
        },
      }, icon("add"), label);
    }

    remover(node, parent, label) {
      return make("button", {
        type: "button", class: "condition-remove", title: label, "aria-label": label,
        onclick: () => {
          const index = parent.parts.indexOf(node);
          parent.parts.splice(index, 1);
          this.draw(parent.parts[Math.min(index, parent.parts.length - 1)] || parent);
          this.changed();
        },
      }, icon("close"));
    }

    fresh() {
      return { field: "", op: "", value: null };
    }

    // The selects stay as they are while their choice changes: typing within one goes on.
    leaf(node, parent) {
      const row = make("div", { class: "condition-leaf" });
      const inputs = make("span", { class: "condition-inputs" });
      const field = this.fieldSelect(node, inputs);
      row.append(field, inputs, this.remover(node, parent, this.texts.remove), this.problem());
      this.fill(inputs, node);
      this.boxes.set(node, row);
      return row;
    }

    fill(inputs, node) {
      const field = this.fields.get(node.field);
      inputs.replaceChildren();
      if (!field) return;
      const value = make("span", { class: "condition-inputs" }, this.input(node, field));
      if (field.of) inputs.append(this.counted(node, field));
      if (field.ops.length > 1) inputs.append(this.opSelect(node, field, value));
      inputs.append(value);
      if (field.days) inputs.append(this.window(node, field));
      if (field.hint) inputs.append(make("small", { class: "condition-hint", text: field.hint }));
    }

    fieldSelect(node, inputs) {
      const select = make("select", {
        class: "condition-field", "aria-label": this.texts.field,
        onchange: (event) => {
          const field = this.fields.get(event.target.value);
          node.field = event.target.value;
          node.op = field ? this.firstOp(field) : "";
          node.value = this.firstValue(node, field);
          node.days = node.of = undefined;
          this.fill(inputs, node);
          this.changed();
        },
      }, make("option", { value: "", text: this.texts.choose }));
      const groups = new Map();
      for (const field of this.known.fields) {
        if (!groups.has(field.group)) groups.set(field.group, make("optgroup", { label: field.group }));
        groups.get(field.group).append(
          make("option", { value: field.code, text: field.label, selected: field.code === node.field })
        );
      }
      // A field that is gone is shown as it is, so that nothing is changed unseen.
      if (node.field && !this.fields.has(node.field)) {
        select.append(make("option", { value: node.field, text: node.field, selected: true }));
      }
      select.append(...groups.values());
      return select;
    }

    firstOp(field) {
      if (field.choices && field.ops.includes("in")) return "in";
      if (field.type === "AMOUNT" || (field.type === "INTEGER" && !field.choices)) return "gte";
      return field.ops[0];
    }

    firstValue(node, field) {
      if (!field) return null;
      if (field.type === "BOOLEAN") return true;
      if (node.op === "between") return [null, null];
      return LISTS.includes(node.op) ? [] : null;
    }

    opSelect(node, field, value) {
      const select = make("select", {
        class: "condition-op", "aria-label": this.texts.op,
        onchange: (event) => {
          const before = node.value;
          const wasList = LISTS.includes(node.op);
          node.op = event.target.value;
          const isList = LISTS.includes(node.op);
          if (wasList && isList) node.value = before;
          else if (wasList && node.op !== "between") node.value = before[0] ?? null;
          else if (isList && !Array.isArray(before)) node.value = before === null ? [] : [before];
          else if (node.op === "between") node.value = [Array.isArray(before) ? null : before, null];
          else node.value = Array.isArray(before) ? before[0] ?? null : before;
          value.replaceChildren(this.input(node, field));
          this.changed();
        },
      });
      for (const op of field.ops) {
        select.append(make("option", { value: op, text: this.known.ops[op] || op, selected: op === node.op }));
      }
      return select;
    }

    input(node, field) {
      const set = (value) => { node.value = value; this.changed(); };
      if (field.type === "BOOLEAN") return this.yesNo(node, set);
      if (node.op === "between") return this.range(node, field, set);
      if (LISTS.includes(node.op)) {
        const values = Array.isArray(node.value) ? node.value : [];
        return field.choices && !field.isOpen ? this.boxesOf(field, values, set) : this.chips(node, field, values, set);
      }
      return this.single(field, node.value, set, this.texts.value);
    }

    // Which codes are counted: none means all, where the field doesn't need them.
    counted(node, field) {
      const of = { type: "TEXT", label: this.texts.of, choices: field.of.choices, isOpen: field.of.isOpen };
      const values = Array.isArray(node.of) ? [...node.of] : [];
      const set = (chosen) => { node.of = chosen.length ? chosen : undefined; this.changed(); };
      const box = make("span", { class: "condition-of" },
        make("small", { class: "condition-of-label", text: field.of.isNeeded ? this.texts.of : this.texts.ofAny }));
      box.append(of.isOpen ? this.chips(node, of, values, set) : this.boxesOf(of, values, set));
      return box;
    }

    // “in the last [30] days”, in the field's own words; empty is any time, where that is allowed.
    window(node, field) {
      const input = make("input", {
        type: "text", inputmode: "numeric", class: "condition-days", autocomplete: "off",
        "aria-label": this.texts.days, placeholder: field.days.isNeeded ? "" : this.texts.ever,
        oninput: () => {
          const days = this.read({ type: "INTEGER" }, input.value);
          node.days = days === null ? undefined : days;
          this.changed();
        },
      });
      input.value = node.days ?? "";
      return make("label", { class: "condition-window" },
        make("span", { text: field.days.before }), input, make("span", { text: field.days.after }));
    }

    yesNo(node, set) {
      const select = make("select", { "aria-label": this.texts.value, onchange: (event) => set(event.target.value === "yes") });
      for (const [code, isYes] of [["yes", true], ["no", false]]) {
        select.append(make("option", { value: code, text: this.texts[code], selected: node.value === isYes }));
      }
      return select;
    }

    range(node, field, set) {
      const values = Array.isArray(node.value) ? node.value : [null, null];
      const at = (index) => (value) => { values[index] = value; set([...values]); };
      return make("span", { class: "condition-range" },
        this.single(field, values[0], at(0), this.texts.from), make("span", { text: "–", "aria-hidden": "true" }),
        this.single(field, values[1], at(1), this.texts.to));
    }

    single(field, value, set, label) {
      if (field.choices && !field.isOpen) return this.choice(field, value, set, label);
      const options = { class: "condition-value", "aria-label": label, placeholder: label, autocomplete: "off" };
      if (field.type === "DATE") options.type = "date";
      else if (field.type === "AMOUNT" || field.type === "INTEGER") {
        options.type = "text";
        options.inputmode = field.type === "AMOUNT" ? "decimal" : "numeric";
      } else options.type = "text";
      const input = make("input", { ...options, oninput: () => set(this.read(field, input.value)) });
      input.value = this.show(field, value);
      return this.suggested(field, input);
    }

    suggested(field, input) {
      if (!field.choices) return input;
      const list = make("datalist", { id: `condition-list-${(serial += 1)}` });
      for (const [value, label] of field.choices) list.append(make("option", { value, text: label }));
      input.setAttribute("list", list.id);
      return make("span", { class: "condition-suggested" }, input, list);
    }

    choice(field, value, set, label) {
      const select = make("select", {
        "aria-label": label,
        onchange: (event) => set(event.target.value === "" ? null : this.typed(field, event.target.value)),
      }, make("option", { value: "", text: this.texts.choose }));
      const codes = field.choices.map(([code]) => code);
      for (const [code, text] of field.choices) {
        select.append(make("option", { value: String(code), text, selected: code === value }));
      }
      if (value !== null && value !== undefined && !codes.includes(value)) {
        select.append(make("option", { value: String(value), text: String(value), selected: true }));
      }
      return select;
    }

    boxesOf(field, values, set) {
      const gone = values.filter((value) => !field.choices.some(([code]) => code === value));
      const rows = [...field.choices, ...gone.map((value) => [value, String(value)])];
      const list = make("div", { class: "condition-boxes", role: "group", "aria-label": field.label });
      for (const [code, text] of rows) {
        const box = make("input", {
          type: "checkbox", value: String(code),
          onchange: () => {
            const chosen = new Set(list.querySelectorAll("input:checked"));
            set(rows.filter((row, index) => chosen.has(list.querySelectorAll("input")[index])).map(([one]) => one));
          },
        });
        box.checked = values.includes(code);
        list.append(make("label", {}, box, make("span", { text })));
      }
      if (rows.length <= MANY) return list;
      const filter = make("input", {
        type: "search", placeholder: this.texts.filter, "aria-label": this.texts.filter,
        oninput: () => {
          const asked = filter.value.trim().toLowerCase();
          for (const label of list.children) {
            const isChosen = label.querySelector("input").checked;
            label.hidden = !isChosen && !label.textContent.toLowerCase().includes(asked);
          }
        },
      });
      return make("div", { class: "condition-many" }, filter, list);
    }

    chips(node, field, values, set) {
      const list = make("span", { class: "condition-chips" });
      const show = () => {
        list.replaceChildren(...values.map((value, index) => make("span", { class: "condition-chip" },
          make("span", { text: this.label(field, value) }),
          make("button", {
            type: "button", "aria-label": this.texts.removeValue.replace("%(value)s", value),
            onclick: () => { values.splice(index, 1); set([...values]); show(); input.focus(); },
          }, icon("close")))));
      };
      const add = () => {
        for (const part of input.value.split(/[,，、;；\n]/)) {
          if (!part.trim()) continue;
          const value = this.read(field, part.trim());
          if (value !== null && !values.includes(value)) values.push(value);
        }
        input.value = "";
        set([...values]);
        show();
      };
      const input = make("input", {
        type: "text", class: "condition-value", placeholder: this.texts.several, "aria-label": this.texts.several,
        autocomplete: "off",
        onkeydown: (event) => {
          if (event.key === "Enter") { event.preventDefault(); add(); }
          if (event.key === "Backspace" && !input.value && values.length) { values.pop(); set([...values]); show(); }
        },
        // What is typed and not yet added is meant: leaving the field adds it.
        onblur: () => { if (input.value.trim()) add(); },
      });
      const button = make("button", { type: "button", class: "condition-add-value", text: this.texts.addValue, onclick: () => { add(); input.focus(); } });
      show();
      return make("span", { class: "condition-several" }, list, this.suggested(field, input), button);
    }

    label(field, value) {
      const found = (field.choices || []).find(([code]) => code === value);
      return found ? found[1] : this.show(field, value);
    }

    typed(field, text) {
      return field.type === "INTEGER" ? Number(text) : text;
    }

    // What was typed as the grammar has it; what is no number stays text and the server says so.
    read(field, text) {
      const clean = text.trim();
      if (!clean) return null;
      if (field.type === "INTEGER") return /^-?\d{1,15}$/.test(clean) ? Number(clean) : clean;
      if (field.type !== "AMOUNT") return clean;
      const parts = clean.replace(/[,\s¥￥]/g, "").match(/^(\d{1,12})(?:\.(\d*))?$/);
      if (!parts || (parts[2] || "").length > this.known.digits) return clean;
      return Number(parts[1] + (parts[2] || "").padEnd(this.known.digits, "0"));
    }

    show(field, value) {
      if (value === null || value === undefined) return "";
      if (field.type !== "AMOUNT" || typeof value !== "number" || !this.known.digits) return String(value);
      const digits = String(value).padStart(this.known.digits + 1, "0");
      return `${digits.slice(0, -this.known.digits)}.${digits.slice(-this.known.digits)}`;
    }

    askSoon() {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.ask(), PAUSE);
    }

    async ask() {
      if (!this.root.dataset.url) return;
      const turn = (this.asked += 1);
      let answer = null;
      try {
        const sent = new FormData(this.text.form);
        sent.set("condition_name", this.text.name);
        const response = await fetch(this.root.dataset.url, { method: "POST", body: sent });
        if (response.ok) answer = await response.json();
      } catch {
        // The sentence says so; what was typed stays.
      }
      // An answer that was overtaken by a later question says nothing new.
      if (turn !== this.asked) return;
      const words = this.sentence.querySelector("[data-words]");
      words.textContent = answer ? answer.sentence : this.texts.failed;
      this.sentence.classList.toggle("is-bad", !answer || answer.problems.length > 0);
      this.tell(answer ? answer.problems : []);
      this.root.dispatchEvent(new CustomEvent("condition:said", { bubbles: true, detail: answer }));
    }

    tell(problems) {
      for (const box of this.boxes.values()) {
        const shown = box.querySelector(":scope > .condition-problem");
        shown.hidden = true;
        shown.textContent = "";
        box.classList.remove("is-bad");
      }
      for (const problem of problems) {
        let path = problem.path;
        while (path && !this.places.has(path)) path = path.replace(/(\.[^.[\]]+|\[\d+\]|^[^.[\]]+)$/, "");
        const box = this.boxes.get(this.places.get(path) || this.top);
        const shown = box.querySelector(":scope > .condition-problem");
        // A comparison that was just added isn't wrong yet: it is empty.
        shown.textContent = shown.textContent || problem.message;
        shown.hidden = false;
        box.classList.add("is-bad");
      }
    }
  }

  const edit = (box) => box.querySelectorAll("[data-condition]").forEach((root) => new Editor(root));
  document.addEventListener("DOMContentLoaded", () => edit(document));
  // Rows that a script adds may hold conditions too.
  document.addEventListener("console:added", (event) => edit(event.target));
})();
