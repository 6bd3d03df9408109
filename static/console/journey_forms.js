// The little form of each kind of step. It works on a copy: what is kept is `read()`'s answer.
// Used by journey.js.
(() => {
  "use strict";

  const UNITS = [["minutes", 1], ["hours", 60], ["days", 1440]];
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
    made.append(...children.filter((child) => child !== null && child !== undefined));
    return made;
  }

  const icon = (name) =>
    make("span", { class: "material-symbols-outlined", "aria-hidden": "true", text: name });

  // A label with its input; `name` is the part of the step, where a mistake is shown.
  function row(name, label, ...inputs) {
    const id = `journey-field-${(serial += 1)}`;
    inputs[0].id = id;
    return make("div", { class: "journey-field", "data-field": name },
      make("label", { for: id, text: label }), make("span", { class: "journey-inputs" }, ...inputs),
      make("p", { class: "journey-problem", role: "alert", hidden: true }));
  }

  function select(choices, value, known) {
    const made = make("select", {}, make("option", { value: "", text: known.texts.choose }));
    for (const [code, text] of choices) made.append(make("option", { value: code, text, selected: code === value }));
    // What is gone is shown as it is, so that nothing changes unseen.
    if (value && !choices.some(([code]) => code === value)) {
      made.append(make("option", { value, selected: true, text: known.texts.isGone.replace("%(code)s", value) }));
    }
    return made;
  }

  function number(value, most) {
    const made = make("input", { type: "number", inputmode: "numeric", min: 1, max: most, step: 1 });
    made.value = value ?? "";
    return made;
  }

  // What is no whole number goes as it is typed: the server says so.
  const whole = (input) => (/^\d+$/.test(input.value.trim()) ? Number(input.value) : input.value.trim() || null);

  function duration(label, minutes, known) {
    const [unit, factor] = [...UNITS].reverse().find(([, one]) => minutes && minutes % one === 0) || UNITS[0];
    const count = number(typeof minutes === "number" ? minutes / factor : minutes, 527040);
    const units = make("select", { "aria-label": known.texts.unit });
    for (const [name, one] of UNITS) {
      units.append(make("option", { value: one, text: known.texts[name], selected: name === unit }));
    }
    const given = () => { const told = whole(count); return typeof told === "number" ? told * Number(units.value) : told; };
    return { row: row("minutes", label, count, units), given };
  }

  function wait(step, known) {
    const time = duration(known.texts.howLong, step.minutes, known);
    return { rows: [time.row], read: () => ({ minutes: time.given() }) };
  }

  function waitUntil(step, known) {
    const clock = make("input", { type: "time", value: step.clock || "" });
    const on = make("input", { type: "date", value: step.on || "" });
    return {
      rows: [row("clock", known.texts.clock, clock), row("on", known.texts.on, on)],
      read: () => ({ clock: clock.value, on: on.value || undefined }),
    };
  }

  function waitEvent(step, known) {
    const event = select(known.events, step.event, known);
    const time = duration(known.texts.atMost, step.minutes, known);
    const same = about(step.same, known);
    return {
      rows: [row("event", known.texts.event, event), time.row, row("same", known.texts.about, same)],
      read: () => ({ event: event.value, minutes: time.given(), same: same.value || undefined }),
    };
  }

  function about(value, known) {
    const made = make("select");
    for (const [code, text] of known.same) made.append(make("option", { value: code, text, selected: code === (value || "") }));
    return made;
  }

  // The editor of conditions that segments have, cloned; it keeps its tree in its text area.
  function branch(step, known) {
    const box = make("div", { class: "journey-field", "data-field": "condition" },
      make("p", { class: "journey-label", text: known.texts.condition }));
    box.append(document.querySelector("template[data-condition-editor]").content.cloneNode(true));
    box.append(make("p", { class: "journey-problem", role: "alert", hidden: true }));
    const text = box.querySelector("textarea");
    const isSaid = step.condition && Object.keys(step.condition).length !== 0;
    text.value = isSaid ? JSON.stringify(step.condition) : "";
    const given = () => {
      try {
        return JSON.parse(text.value || "{}");
      } catch {
        return step.condition;
      }
    };
    return {
      rows: [box],
      read: () => ({ condition: given() }),
      // Once it stands in the page: the editor looks for its form.
      start: () => box.dispatchEvent(new Event("console:added", { bubbles: true })),
    };
  }

  function message(step, known) {
    const text = select(known.lists.TEMPLATE, step.template, known);
    const link = make("a", { class: "console-link", href: known.newText, target: "_blank", rel: "noopener", text: known.texts.newText });
    const media = channels(step.media || [], known);
    const mode = make("select");
    for (const [code, name] of [["FIRST", known.texts.first], ["EACH", known.texts.each]]) {
      mode.append(make("option", { value: code, text: name, selected: code === (step.mode || "FIRST") }));
    }
    const hours = number(step.expires_hours, 720);
    return {
      rows: [
        row("template", known.texts.text, text, link), media.row,
        row("mode", known.texts.how, mode), row("expires_hours", known.texts.dropped, hours),
      ],
      read: () => ({
        template: text.value, media: media.given(), mode: mode.value, expires_hours: whole(hours) ?? undefined,
      }),
    };
  }

  // Channels in their order: chosen ones first, moved by buttons.
  function channels(chosen, known) {
    const names = new Map(known.media);
    const order = [...chosen, ...known.media.map(([code]) => code).filter((code) => !chosen.includes(code))];
    const on = new Set(chosen);
    const list = make("ol", { class: "journey-channels", "aria-label": known.texts.channels });
    const draw = (focus) => {
      list.replaceChildren(...order.map((code, at) => channel(code, at)));
      if (focus) (list.querySelector(`${focus}:not([disabled])`) || list.querySelector("input")).focus();
    };
    const shift = (at, by) => {
      const [code] = order.splice(at, 1);
      order.splice(at + by, 0, code);
      draw(`[data-code="${code}"] [data-by="${by}"]`);
    };
    const channel = (code, at) => {
      const box = make("input", { type: "checkbox", onchange: () => { if (box.checked) on.add(code); else on.delete(code); } });
      box.checked = on.has(code);
      const name = names.get(code) || code;
      const button = (by, symbol, label) => make("button", {
        type: "button", class: "journey-tool", "data-by": by, "aria-label": `${label}: ${name}`, title: label,
        disabled: at + by < 0 || at + by >= order.length, onclick: () => shift(at, by),
      }, icon(symbol));
      return make("li", { "data-code": code }, make("label", {}, box, make("span", { text: name })),
        button(-1, "arrow_upward", known.texts.earlier), button(1, "arrow_downward", known.texts.later));
    };
    draw();
    const box = make("div", { class: "journey-field", "data-field": "media" },
      make("p", { class: "journey-label", text: known.texts.channels }), list,
      make("p", { class: "journey-problem", role: "alert", hidden: true }));
    return { row: box, given: () => order.filter((code) => on.has(code)) };
  }

  function grant(step, known) {
    const what = make("select");
    for (const [code, name] of known.gifts) what.append(make("option", { value: code, text: name, selected: code === step.what }));
    const inner = make("div", { class: "journey-inner" });
    let given = () => ({});
    const fill = () => {
      const part = gift(what.value, what.value === step.what ? step : {}, known);
      inner.replaceChildren(...part.rows);
      given = part.read;
    };
    what.addEventListener("change", fill);
    fill();
    return { rows: [row("what", known.texts.what, what), inner], read: () => ({ what: what.value, ...given() }) };
  }

  function gift(what, step, known) {
    if (what === "POINTS") {
      const points = number(step.points, 1000000);
      return { rows: [row("points", known.texts.points, points)], read: () => ({ points: whole(points) }) };
    }
    const code = select(known.lists[what], step.code, known);
    const rows = [row("code", known.texts[what.toLowerCase()], code)];
    if (!known.lists[what].length) rows.push(make("p", { class: "console-muted", text: known.texts.none }));
    if (what === "COUPON") {
      const count = number(step.count ?? 1, 20);
      return { rows: [...rows, row("count", known.texts.count, count)], read: () => ({ code: code.value, count: whole(count) ?? undefined }) };
    }
    if (what === "BENEFIT") {
      const uses = number(step.count ?? 1, 20);
      const days = number(step.days, 3650);
      return {
        rows: [...rows, row("count", known.texts.uses, uses), row("days", known.texts.forDays, days)],
        read: () => ({ code: code.value, count: whole(uses) ?? undefined, days: whole(days) ?? undefined }),
      };
    }
    return { rows, read: () => ({ code: code.value }) };
  }

  function task(step, known) {
    const text = (value) => { const made = make("input", { type: "text", maxlength: 120 }); made.value = value || ""; return made; };
    const chinese = text(step.title_zh), english = text(step.title_en), days = number(step.days ?? 3, 90);
    return {
      rows: [
        row("title_zh", known.texts.titleZh, chinese), row("title_en", known.texts.titleEn, english),
        row("days", known.texts.withinDays, days),
      ],
      read: () => ({ title_zh: chinese.value, title_en: english.value, days: whole(days) }),
    };
  }

  function webhook(step, known) {
    const endpoint = select(known.lists.ENDPOINT, step.endpoint, known);
    const link = make("a", { class: "console-link", href: known.newSystem, target: "_blank", rel: "noopener", text: known.texts.newSystem });
    return { rows: [row("endpoint", known.texts.system, endpoint, link)], read: () => ({ endpoint: endpoint.value }) };
  }

  const told = (text) => () => ({ rows: [make("p", { class: "console-muted", text })], read: () => ({}) });
  const FORMS = { WAIT: wait, WAIT_UNTIL: waitUntil, WAIT_EVENT: waitEvent, BRANCH: branch, MESSAGE: message, GRANT: grant, TASK: task, WEBHOOK: webhook };

  window.journeyForms = {
    make, icon, row, select, about,
    of: (step, known) => {
      if (FORMS[step.kind]) return FORMS[step.kind](step, known);
      return told(step.kind === "SPLIT" ? known.texts.split : known.texts.nothing)();
    },
    // What a fresh step of a kind says.
    fresh: (kind, id) => ({ id, kind, ...{
      WAIT: { minutes: 1440 }, WAIT_UNTIL: { clock: "10:00" }, WAIT_EVENT: { event: "loyalty.order.recorded", minutes: 1440, heard: [], else: [] },
      BRANCH: { condition: {}, yes: [], no: [] }, MESSAGE: { template: "", media: ["INBOX"], mode: "FIRST" },
      GRANT: { what: "COUPON", code: "", count: 1 }, TASK: { title_zh: "", title_en: "", days: 3 }, WEBHOOK: { endpoint: "" },
    }[kind] }),
  };
})();
