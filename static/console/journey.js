// The builder of journeys: a vertical flow of sentences. What is built is a tree of steps; the
// server says each as a sentence and tells mistakes at their place. Places are spelled as the
// server spells them: `steps[2].yes[0]`.
(() => {
  "use strict";

  const { make, icon, row, select, about, of: formOf, fresh } = window.journeyForms;
  const PAUSE = 250;
  const MOST_UNDOS = 100;
  const WAYS = { BRANCH: ["yes", "no"], WAIT_EVENT: ["heard", "else"] };
  const copy = (tree) => JSON.parse(JSON.stringify(tree));

  class Builder {
    constructor(root) {
      this.root = root;
      this.known = JSON.parse(document.getElementById("journey-known").textContent);
      this.texts = this.known.texts;
      this.token = root.querySelector("[name=csrfmiddlewaretoken]").value;
      this.tree = { steps: this.known.steps, exits: this.known.exits };
      this.fingerprint = this.known.fingerprint;
      this.sentences = new Map();
      this.absorb(this.known.checked);
      this.past = [];
      this.ahead = [];
      // The step whose form is open, the one being moved, and whether the open one is new.
      this.open = this.moving = null;
      this.isNew = false;
      this.turn = 0;
      this.flow = root.querySelector("[data-flow]");
      this.exits = root.querySelector("[data-exits]");
      this.said = root.querySelector("[data-said]");
      this.conflict = root.querySelector("[data-conflict]");
      this.bar = this.toolbar();
      root.querySelector("[data-tools]").append(...this.bar.all);
      this.draw();
      // Drawing gives each way its list, which is no change of anybody's.
      this.kept = JSON.stringify(this.tree);
      this.state();
      document.addEventListener("keydown", (event) => this.key(event));
      window.addEventListener("beforeunload", (event) => { if (this.isChanged()) event.preventDefault(); });
    }

    // — the tree —

    waysOf(step) {
      if (step.kind !== "SPLIT") return (WAYS[step.kind] || []).map((code) => [code, this.known.ways[code]]);
      const arms = this.known.arms.map((arm) => [arm.code, arm.name]);
      const gone = Object.keys(step).filter((code) => Array.isArray(step[code]) && !arms.some(([one]) => one === code));
      return [...arms, ...gone.map((code) => [code, this.texts.gone.replace("%(arm)s", code)])];
    }

    // Each list of steps with its place, the outer ones first.
    *lists(list = this.tree.steps, where = "steps", depth = 1) {
      yield { list, where, depth };
      for (const [at, step] of list.entries()) {
        for (const [way] of this.waysOf(step)) {
          if (Array.isArray(step[way])) yield* this.lists(step[way], `${where}[${at}].${way}`, depth + 1);
        }
      }
    }

    find(id) {
      for (const { list, where } of this.lists()) {
        const at = list.findIndex((step) => step.id === id);
        if (at >= 0) return { list, at, where: `${where}[${at}]`, listWhere: where };
      }
      return null;
    }

    count() {
      return [...this.lists()].reduce((sum, { list }) => sum + list.length, 0);
    }

    // What the server said of the tree as it is: sentences by what a step says, mistakes by its id,
    // so that they stay right while places shift.
    absorb(told) {
      this.checked = told;
      this.wrong = new Map(this.tree.exits.map((_one, at) => [`exits[${at}]`, []]));
      for (const { list, where } of this.lists()) {
        for (const [at, step] of list.entries()) {
          const place = `${where}[${at}]`;
          if (told.sentences[place]) this.sentences.set(this.wordsOf(step), told.sentences[place]);
          this.wrong.set(step.id, told.mistakes.filter((one) => one.step === place));
        }
      }
      for (const one of told.mistakes) if (one.step.startsWith("exits")) this.wrong.get(one.step)?.push(one);
    }

    wordsOf(step) {
      const isWay = ([name, value]) => Array.isArray(value) && name !== "media";
      return JSON.stringify(Object.entries(step).filter((one) => !isWay(one) && one[0] !== "id"));
    }

    sentence(step) {
      const about = this.known.kinds.find((one) => one.kind === step.kind);
      return this.sentences.get(this.wordsOf(step)) || (about ? about.name : this.texts.unknown);
    }

    newId(taken = new Set()) {
      const used = new Set([...this.lists()].flatMap(({ list }) => list.map((step) => step.id)));
      let number = 1;
      while (used.has(`s${number}`) || taken.has(`s${number}`)) number += 1;
      taken.add(`s${number}`);
      return `s${number}`;
    }

    isChanged() {
      return JSON.stringify(this.tree) !== this.kept;
    }

    // Every change goes through here, so that each can be undone.
    change(how, focus) {
      this.past.push(JSON.stringify(this.tree));
      if (this.past.length > MOST_UNDOS) this.past.shift();
      this.ahead = [];
      how();
      this.settled(focus);
    }

    settled(focus) {
      this.draw(focus);
      this.checkSoon();
    }

    step(from, to, focus) {
      if (!from.length) return;
      to.push(JSON.stringify(this.tree));
      this.tree = JSON.parse(from.pop());
      this.open = this.moving = null;
      this.say("");
      this.settled(focus);
    }

    undo() { this.step(this.past, this.ahead, () => this.bar.undo); }

    redo() { this.step(this.ahead, this.past, () => this.bar.redo); }

    // — deeds —

    add(list, at, kind) {
      const step = fresh(kind, this.newId());
      if (kind === "SPLIT") for (const arm of this.known.arms) step[arm.code] = [];
      this.open = kind === "SPLIT" || kind === "END" ? null : step.id;
      this.isNew = this.open !== null;
      this.change(() => list.splice(at, 0, step), step.id);
    }

    shift(id, by) {
      const { list, at, listWhere } = this.find(id);
      const step = list[at];
      this.change(() => {
        if (at + by >= 0 && at + by < list.length) {
          list.splice(at, 1);
          list.splice(at + by, 0, step);
          return;
        }
        // Beyond the end of a way it comes out of it, before or behind the step that branches.
        const outer = this.outer(listWhere);
        list.splice(at, 1);
        outer.list.splice(outer.at + (by > 0 ? 1 : 0), 0, step);
      }, [id, by < 0 ? "up" : "down"]);
    }

    outer(listWhere) {
      for (const { list, where } of this.lists()) {
        for (const at of list.keys()) {
          if (listWhere.startsWith(`${where}[${at}].`) && !listWhere.slice(`${where}[${at}].`.length).includes("[")) return { list, at };
        }
      }
      return null;
    }

    canShift(where, list, at, by) {
      const inside = at + by >= 0 && at + by < list.length;
      return inside || where !== "steps";
    }

    copyOf(id) {
      const { list, at } = this.find(id);
      const taken = new Set();
      const anew = (step) => {
        const made = { ...copy(step), id: this.newId(taken) };
        for (const [way] of this.waysOf(made)) if (Array.isArray(made[way])) made[way] = made[way].map(anew);
        return made;
      };
      const made = anew(list[at]);
      this.change(() => list.splice(at + 1, 0, made), made.id);
    }

    remove(id) {
      const { list, at } = this.find(id);
      const text = this.sentence(list[at]);
      const next = list[at + 1] || list[at - 1];
      this.change(() => list.splice(at, 1), next ? next.id : () => this.bar.undo);
      this.say(this.texts.removed.replace("%(step)s", text), true);
    }

    put(list, at) {
      const from = this.find(this.moving);
      const id = this.moving;
      this.moving = null;
      this.say("");
      this.change(() => {
        const [step] = from.list.splice(from.at, 1);
        list.splice(from.list === list && from.at < at ? at - 1 : at, 0, step);
      }, id);
    }

    // — keyboard —

    key(event) {
      if (event.key === "Escape" && this.moving) {
        const id = this.moving;
        this.moving = null;
        this.say("");
        this.draw(id);
        return;
      }
      if (event.key === "Escape" && this.open && !event.defaultPrevented) {
        const { list, at } = this.find(this.open);
        this.cancel(list[at]);
        return;
      }
      if (event.target.closest("input, textarea, select")) return;
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") {
        event.preventDefault();
        if (event.shiftKey) this.redo(); else this.undo();
        return;
      }
      const box = event.target.closest("[data-step]");
      if (!box || !event.target.matches("[data-edit]")) return;
      const { list, at, listWhere } = this.find(box.dataset.step);
      const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      if (by && event.altKey && this.canShift(listWhere, list, at, by)) {
        event.preventDefault();
        this.shift(box.dataset.step, by);
      } else if (event.key === "Delete") {
        event.preventDefault();
        this.remove(box.dataset.step);
      }
    }

    // — what is seen —

    draw(focus) {
      this.flow.replaceChildren(
        make("p", { class: "journey-end" }, icon("play_circle"), make("span", { text: this.texts.begins })),
        this.list(this.tree.steps, "steps", 1),
        make("p", { class: "journey-end" }, icon("flag"), make("span", { text: this.texts.ends })));
      this.drawExits();
      this.starting?.();
      this.starting = null;
      this.tell();
      this.state();
      this.focus(focus);
    }

    focus(wanted) {
      if (!wanted) return;
      if (typeof wanted === "function") { wanted()?.focus(); return; }
      const [id, tool] = Array.isArray(wanted) ? wanted : [wanted];
      const box = this.flow.querySelector(`[data-step="${CSS.escape(id)}"]`);
      if (!box) return;
      const own = (what) => [...box.querySelectorAll(what)].find((one) => one.closest("[data-step]") === box);
      const target = this.open === id
        ? own(".journey-form input:not([type=hidden]), .journey-form select, .journey-form button")
        : (tool && own(`[data-tool=${tool}]:not([disabled])`)) || own("[data-edit]");
      target?.focus();
      box.scrollIntoView({ block: "nearest" });
    }

    list(list, where, depth) {
      const made = make("ol", { class: "journey-list", "data-list": where });
      made.append(make("li", { class: "journey-gap" }, this.gap(list, 0, where, depth)));
      for (const [at, step] of list.entries()) {
        made.append(this.item(step, list, at, where, depth));
        made.append(make("li", { class: "journey-gap" }, this.gap(list, at + 1, where, depth)));
      }
      return made;
    }

    gap(list, at, where, depth) {
      if (this.moving) {
        const from = this.find(this.moving);
        const isInside = where.startsWith(from.where);
        const isHere = from.list === list && (from.at === at || from.at + 1 === at);
        if (isInside || isHere) return make("span", { class: "journey-line", "aria-hidden": "true" });
        return make("button", { type: "button", class: "journey-put", onclick: () => this.put(list, at) }, icon("move_down"), this.texts.put);
      }
      // Nobody comes behind an end.
      if (at && list[at - 1].kind === "END") return make("span", { class: "journey-line", "aria-hidden": "true" });
      const isFull = this.count() >= this.known.mostSteps;
      const isFirst = where === "steps" && !list.length;
      const label = isFull ? this.texts.tooMany : isFirst ? this.texts.addFirst : this.texts.add;
      const button = make("button", {
        type: "button", class: "journey-add", "aria-haspopup": "menu", "aria-expanded": "false", "aria-label": label,
        title: label, disabled: isFull || Boolean(this.open), onclick: () => this.menu(button, list, at, depth),
      }, icon("add"), isFirst ? make("span", { text: label }) : null);
      return button;
    }

    menu(button, list, at, depth) {
      this.closeMenu?.();
      const menu = make("div", { class: "journey-menu", role: "menu", "aria-label": this.texts.add });
      for (const { kind, name, hint, icon: symbol } of this.known.kinds) {
        const hasWays = kind in WAYS || kind === "SPLIT";
        const isOff = (kind === "SPLIT" && this.known.arms.length < 2) || (hasWays && depth >= this.known.mostDepth);
        menu.append(make("button", {
          type: "button", role: "menuitem", tabindex: -1, "data-kind": kind, disabled: isOff,
          onclick: () => { this.closeMenu(); this.add(list, at, kind); },
        }, icon(symbol), make("span", {}, make("strong", { text: name }),
          make("small", { text: isOff && kind === "SPLIT" ? this.texts.noArms : hint }))));
      }
      const items = [...menu.querySelectorAll("button:not([disabled])")];
      const outside = (event) => { if (!menu.contains(event.target) && event.target !== button) this.closeMenu(); };
      this.closeMenu = () => {
        menu.remove();
        button.setAttribute("aria-expanded", "false");
        document.removeEventListener("pointerdown", outside);
        this.closeMenu = null;
      };
      menu.addEventListener("keydown", (event) => {
        const here = items.indexOf(document.activeElement);
        const to = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: items.length - 1 }[event.key];
        if (to !== undefined) { event.preventDefault(); items.at(to % items.length).focus(); }
        if (event.key === "Escape" || event.key === "Tab") { event.preventDefault(); this.closeMenu(); button.focus(); }
      });
      button.setAttribute("aria-expanded", "true");
      button.after(menu);
      document.addEventListener("pointerdown", outside);
      items[0].focus();
    }

    item(step, list, at, where, depth) {
      const place = `${where}[${at}]`;
      const isOpen = this.open === step.id;
      const about = this.known.kinds.find((one) => one.kind === step.kind);
      const text = this.sentence(step);
      const head = make("div", { class: "journey-head" },
        make("button", {
          type: "button", class: "journey-sentence", "data-edit": true, "aria-expanded": String(isOpen),
          onclick: () => { if (!isOpen) this.edit(step.id); },
        }, icon(about ? about.icon : "help"), make("span", { "data-text": true, text })),
        this.open ? null : this.tools(step, list, at, where));
      const box = make("div", { class: `journey-step${this.moving === step.id ? " is-moving" : ""}`, "data-kind": step.kind }, head,
        make("ul", { class: "journey-problems", "data-problems": step.id }),
        isOpen ? this.form(step) : null);
      const item = make("li", { class: "journey-item", "data-step": step.id, "data-place": place }, box);
      const ways = this.waysOf(step);
      if (ways.length) {
        const boxes = ways.map(([way, label]) => make("section", { class: "journey-way", "aria-label": label },
          make("h3", { text: label }), this.list(step[way] || (step[way] = []), `${place}.${way}`, depth + 1)));
        item.append(make("div", { class: "journey-ways" }, ...boxes));
      }
      return item;
    }

    tools(step, list, at, where) {
      const tool = (name, symbol, deed, isOff = false) => make("button", {
        type: "button", class: "journey-tool", "data-tool": name, title: this.texts[name], "aria-label": this.texts[name],
        disabled: isOff, onclick: deed,
      }, icon(symbol));
      return make("span", { class: "journey-tools" },
        tool("up", "arrow_upward", () => this.shift(step.id, -1), !this.canShift(where, list, at, -1)),
        tool("down", "arrow_downward", () => this.shift(step.id, 1), !this.canShift(where, list, at, 1)),
        tool("move", "move_down", () => { this.moving = step.id; this.say(this.texts.moving); this.draw(step.id); }),
        tool("copy", "content_copy", () => this.copyOf(step.id), this.count() >= this.known.mostSteps),
        tool("remove", "delete", () => this.remove(step.id)));
    }

    // — the form of one step —

    edit(id) {
      if (this.open || this.moving) return;
      this.isNew = false;
      this.open = id;
      this.draw(id);
    }

    form(step) {
      const fields = formOf(step, this.known);
      const token = make("input", { type: "hidden", name: "csrfmiddlewaretoken", value: this.token });
      const form = make("form", {
        class: "journey-form", novalidate: true,
        onsubmit: (event) => { event.preventDefault(); this.finish(step, fields.read()); },
      }, token, ...fields.rows, make("div", { class: "journey-buttons" },
        make("button", { type: "submit", class: "console-button", text: this.texts.done }),
        make("button", { type: "button", class: "console-button console-button-plain", text: this.texts.cancel, onclick: () => this.cancel(step) })));
      this.starting = fields.start;
      return form;
    }

    finish(step, values) {
      this.open = null;
      const found = this.find(step.id);
      const made = { ...found.list[found.at], ...values };
      for (const name of Object.keys(made)) if (made[name] === undefined) delete made[name];
      if (step.kind === "GRANT") {
        for (const name of ["code", "points", "count", "days"]) if (!(name in values) || values[name] === undefined) delete made[name];
      }
      // A fresh step and what it says are one change: its coming is in the past already.
      if (!this.isNew) this.past.push(JSON.stringify(this.tree));
      this.isNew = false;
      this.ahead = [];
      found.list[found.at] = made;
      this.settled(step.id);
    }

    cancel(step) {
      this.open = null;
      if (!this.isNew) { this.draw(step.id); return; }
      this.isNew = false;
      this.tree = JSON.parse(this.past.pop());
      this.settled(() => this.flow.querySelector(".journey-add"));
    }

    // — what ends it —

    drawExits() {
      const list = make("ul", { class: "journey-exits" });
      for (const [at, one] of this.tree.exits.entries()) {
        const event = select(this.known.events, one.event, this.known);
        const same = about(one.same, this.known);
        const set = () => this.change(() => {  
          // Values that it asks for are this event's; of another they would mean nothing.
          const kept = event.value === one.event ? one : {};
          this.tree.exits[at] = { ...kept, event: event.value, same: same.value };
         });
        event.addEventListener("change", set);
        same.addEventListener("change", set);
        list.append(make("li", {}, row("event", this.texts.exitEvent, event), row("same", this.texts.about, same),
          make("p", { class: "journey-exit console-muted", "data-exit-said": at, text: this.checked.exits[at] || "" }),
          make("ul", { class: "journey-problems", "data-problems": `exits[${at}]` }),
          make("button", {
            type: "button", class: "journey-tool", title: this.texts.remove, "aria-label": this.texts.remove,
            onclick: () => this.change(() => this.tree.exits.splice(at, 1), () => this.exits.querySelector("[data-exit-add]")),
          }, icon("delete"))));
      }
      const add = make("button", {
        type: "button", class: "condition-add", "data-exit-add": true, disabled: this.tree.exits.length >= 10,
        onclick: () => this.change(
          () => this.tree.exits.push({ event: "loyalty.order.recorded", same: "" }),
          () => this.exits.querySelector("li:last-child select")),
      }, icon("add"), this.texts.exitAdd);
      this.exits.replaceChildren(list, add);
    }

    // — the server —

    checkSoon() {
      // The places of an answer that is on its way are those of steps as they were.
      this.turn += 1;
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.check(), PAUSE);
    }

    async post(url, body) {
      const response = await fetch(url, {
        method: "POST", headers: { "Content-Type": "application/json", "X-CSRFToken": this.token }, body: JSON.stringify(body),
      });
      return { status: response.status, told: await response.json() };
    }

    async check() {
      const turn = (this.turn += 1);
      try {
        const { status, told } = await this.post(this.known.check, this.tree);
        // An answer that a later change overtook says nothing new.
        if (turn !== this.turn || status !== 200) return;
        this.absorb(told);
        this.tell();
        this.state();
      } catch {
        if (turn === this.turn) this.say(this.texts.failed);
      }
    }

    // Sentences and mistakes at their places, without touching what somebody is filling in.
    tell() {
      for (const { list } of this.lists()) {
        for (const step of list) {
          this.flow.querySelector(`[data-step="${CSS.escape(step.id)}"] [data-text]`).textContent = this.sentence(step);
        }
      }
      for (const said of this.exits.querySelectorAll("[data-exit-said]")) {
        said.textContent = this.checked.exits[Number(said.dataset.exitSaid)] || "";
      }
      for (const list of this.root.querySelectorAll("[data-problems]")) {
        const own = this.wrong.get(list.dataset.problems) || [];
        list.replaceChildren(...own.map((one) => make("li", { text: one.text })));
        list.parentElement.classList.toggle("is-bad", own.length > 0);
        for (const field of list.parentElement.querySelectorAll(":scope > .journey-form [data-field]")) {
          const wrong = this.isNew ? null : own.find((one) => one.field === field.dataset.field);
          const shown = field.querySelector(":scope > .journey-problem");
          shown.hidden = !wrong;
          shown.textContent = wrong ? wrong.text : "";
        }
        list.hidden = Boolean(list.parentElement.querySelector(":scope > .journey-form"));
      }
    }

    async save(expected = this.fingerprint) {
      this.bar.save.disabled = true;
      this.bar.state.textContent = this.texts.saving;
      const sent = JSON.stringify(this.tree);
      try {
        const { status, told } = await this.post(this.known.save, { ...this.tree, expected });
        if (status === 200) {
          this.kept = sent;
          this.fingerprint = told.fingerprint;
          if (JSON.stringify(this.tree) === sent) this.absorb(told);
          this.conflict.replaceChildren();
          this.conflict.hidden = true;
          this.tell();
        } else if (told.fingerprint) this.inConflict(told.fingerprint);
        else this.say(told.message || this.texts.failed);
      } catch {
        this.say(this.texts.failed);
      }
      this.state();
    }

    inConflict(theirs) {
      const button = (text, deed, extra = "") => make("button", { type: "button", class: `console-button ${extra}`, text, onclick: deed });
      this.conflict.replaceChildren(
        make("p", { text: this.texts.conflict }),
        make("div", { class: "journey-buttons" },
          button(this.texts.keepMine, () => this.save(theirs)),
          make("a", { class: "console-button console-button-plain", href: this.known.here, target: "_blank", rel: "noopener", text: this.texts.lookAtTheirs }),
          button(this.texts.takeTheirs, () => { this.kept = JSON.stringify(this.tree); window.location.reload(); }, "console-button-plain")));
      this.conflict.hidden = false;
      this.conflict.focus();
    }

    toolbar() {
      const undo = make("button", { type: "button", class: "console-button console-button-plain", "data-undo": true, onclick: () => this.undo() }, icon("undo"), this.texts.undo);
      const redo = make("button", { type: "button", class: "console-button console-button-plain", "data-redo": true, onclick: () => this.redo() }, icon("redo"), this.texts.redo);
      const save = make("button", { type: "button", class: "console-button", "data-save": true, onclick: () => this.save() }, icon("save"), this.texts.save);
      const state = make("span", { class: "journey-state", role: "status" });
      return { undo, redo, save, state, all: [undo, redo, save, state] };
    }

    state() {
      const isChanged = this.isChanged();
      this.bar.undo.disabled = !this.past.length || Boolean(this.open);
      this.bar.redo.disabled = !this.ahead.length || Boolean(this.open);
      this.bar.save.disabled = !isChanged || Boolean(this.open);
      this.bar.state.textContent = `${isChanged ? this.texts.unsaved : this.texts.saved} · ${this.checked.summary}`;
      this.bar.state.classList.toggle("is-bad", this.checked.mistakes.length > 0);
    }

    say(text, canUndo = false) {
      this.said.replaceChildren(make("span", { text }));
      if (canUndo) this.said.append(make("button", { type: "button", class: "console-link", text: this.texts.undo, onclick: () => this.undo() }));
      this.said.hidden = !text;
    }
  }

  document.addEventListener("DOMContentLoaded", () => {
    const root = document.querySelector("[data-journey]");
    if (root) new Builder(root);
  });
})();
