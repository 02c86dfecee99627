// Questionnaire that a client fills in: asks what the answers call for, keeps them in the browser, and hands them back.
"use strict";

(() => {
  const { readRule, tryAnswers } = typeof module === "object" ? require("./logic.js") : LicencesLogic;
  const MAX_NUMBER = 1e15;
  const NOTHING = { bool: false, number: 0, set: [], choice: "none" }; // what counts where a fact is not asked
  const MOST_NAMES = 4; // so many new questions are said aloud
  const TIMES = { 万: 1e4, 亿: 1e8 };

  // ---- What is asked: no page is needed for this part. ----

  const isNothing = (value) => (Array.isArray(value) ? value.length === 0 : !value);

  // What is asked with these answers, by name, and what need not be, as it follows from an answer that it is nothing.
  // What hangs on a fact still to be answered waits, and what hangs on one of which nobody is sure is asked.
  // What is not asked counts as nothing, and an answer to it does not count.
  function findAsked(facts, answers, unsure = new Set()) {
    const byName = Object.fromEntries(facts.map((fact) => [fact.name, fact]));
    const counted = new Map();
    const told = new Map();
    const asked = new Set();
    const following = new Map();
    const unknown = new Set();
    for (const { name, type, when, gates = [] } of facts) {
      const { truth, missing } = when ? tryAnswers(when, byName, counted) : { truth: true, missing: [] };
      const waitsFor = [...missing, ...gates.filter((gate) => !counted.has(gate))];
      if (truth === false) counted.set(name, NOTHING[type]);
      else if (gates.some((gate) => told.has(gate) && isNothing(told.get(gate)))) {
        for (const found of [counted, told, following]) found.set(name, NOTHING[type]);
      } else if (waitsFor.every((one) => unknown.has(one))) {
        asked.add(name);
        const value = answers.get(name) ?? null;
        if (value !== null) for (const found of [counted, told]) found.set(name, value);
        else if (unsure.has(name)) unknown.add(name);
      }
    }
    return { asked, following };
  }

  // A number as people write it, 1,000,000 or 100万; null where it is none.
  function readNumber(text) {
    const found = /^([+-]?(?:\d+(?:\.\d*)?|\.\d+))([万亿]?)$/.exec(text.normalize("NFKC").replace(/[,\s]/g, ""));
    return found ? Number((Number(found[1]) * (TIMES[found[2]] ?? 1)).toPrecision(15)) : null;
  }

  // Whether something kept from before can be an answer to a question; the page may have been another one then.
  function isAnswer({ type, values = [], min, max }, value) {
    const isValue = (one) => values.some(([known]) => known === one);
    if (type === "bool") return typeof value === "boolean";
    if (type === "number") return Number.isFinite(value) && (min ?? -MAX_NUMBER) <= value && value <= (max ?? MAX_NUMBER);
    return type === "choice" ? isValue(value) : Array.isArray(value) && value.every(isValue);
  }

  // ---- What the reader sees. Every text goes through textContent. ----

  function make(tag, properties = {}, children = []) {
    const { attributes = {}, ...others } = properties;
    const element = Object.assign(document.createElement(tag), others);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  }

  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
  const sayNumber = (number) => number.toLocaleString("en-US", { maximumFractionDigits: 15 });
  const makeInput = (type, text, properties = {}) => {
    const input = make("input", { type, ...properties });
    return [input, make("label", {}, [input, make("span", { textContent: text })])];
  };

  // Of each type of fact the inputs, what `show` makes them say, and what `read` finds; `unsure` is a value too.
  const UNSURE = Symbol("unsure");
  const CONTROLS = {
    bool(fact, id, texts) {
      const answers = [true, false, UNSURE];
      const pairs = [texts.yes, texts.no, texts.not_sure].map((text) => makeInput("radio", text, { name: id }));
      const radios = pairs.map(([radio]) => radio);
      return {
        isGroup: true,
        parts: [make("div", { className: "ask-answers" }, pairs.map(([, label]) => label))],
        show: (value) => radios.forEach((radio, at) => { radio.checked = answers[at] === value; }),
        read: () => answers[radios.findIndex((radio) => radio.checked)] ?? null,
      };
    },

    choice(fact, id, texts) {
      const given = [["", texts.choose_one], ...fact.values, ["?", texts.not_sure]];
      const select = make("select", { id }, given.map(([value, textContent]) => make("option", { value, textContent })));
      return {
        parts: [select],
        show: (value) => { select.value = value === UNSURE ? "?" : value ?? ""; },
        read: () => (select.value === "?" ? UNSURE : select.value || null),
      };
    },

    // None at all, and not sure, each exclude the others.
    set(fact, id, texts) {
      const pairs = fact.values.map(([, text]) => makeInput("checkbox", text));
      const [none, noneLabel] = makeInput("checkbox", texts.none_of_these);
      const [unsure, unsureLabel] = makeInput("checkbox", texts.not_sure);
      const ticks = pairs.map(([tick]) => tick);
      const all = [...ticks, none, unsure];
      for (const one of all) {
        one.addEventListener("input", () => {
          if (!one.checked) return;
          const others = ticks.includes(one) ? [none, unsure] : all.filter((other) => other !== one);
          for (const other of others) other.checked = false;
        });
      }
      return {
        isGroup: true,
        parts: [
          make("p", { className: "ask-hint", textContent: texts.choose_all }),
          make("div", { className: "ask-answers ask-many" }, pairs.map(([, label]) => label)),
          make("div", { className: "ask-answers" }, [noneLabel, unsureLabel]),
        ],
        show: (value) => {
          ticks.forEach((tick, at) => { tick.checked = Array.isArray(value) && value.includes(fact.values[at][0]); });
          none.checked = Array.isArray(value) && !value.length;
          unsure.checked = value === UNSURE;
        },
        read: () => {
          if (unsure.checked) return UNSURE;
          const chosen = fact.values.map(([value]) => value).filter((_, at) => ticks[at].checked).sort();
          return none.checked || chosen.length ? chosen : null;
        },
      };
    },

    number(fact, id, texts) {
      const [min, max] = [fact.min ?? -MAX_NUMBER, fact.max ?? MAX_NUMBER];
      const range = fill(fact.max === undefined ? texts.wrong_least : texts.wrong_range, {
        min: sayNumber(min), max: sayNumber(max),
      });
      const unit = make("span", { id: `${id}-unit`, className: "ask-unit", textContent: fact.unit ?? "" });
      const said = make("p", { id: `${id}-said`, className: "ask-said", attributes: { "aria-live": "polite" } });
      const attributes = { "aria-describedby": `${unit.id} ${said.id}`, inputmode: "decimal", autocomplete: "off" };
      const input = make("input", { id, type: "text", attributes });
      const [unsure, unsureLabel] = makeInput("checkbox", texts.not_sure);
      unsure.addEventListener("input", () => { if (unsure.checked) input.value = ""; });
      input.addEventListener("input", () => { unsure.checked = false; });
      const read = () => {
        const text = input.value.trim();
        const number = readNumber(text);
        const isPossible = number !== null && min <= number && number <= max;
        const isWrong = text !== "" && !isPossible;
        const wrong = number === null ? texts.wrong_number : range;
        said.textContent = isWrong ? wrong : /[万亿]/.test(text) ? fill(texts.means_number, { number: sayNumber(number) }) : "";
        said.classList.toggle("wrong", isWrong);
        input.setAttribute("aria-invalid", String(isWrong));
        return unsure.checked ? UNSURE : text !== "" && isPossible ? number : null;
      };
      return {
        parts: [make("div", { className: "ask-number" }, [input, unit, make("div", { className: "ask-answers" }, [unsureLabel])]), said],
        show: (value) => {
          unsure.checked = value === UNSURE;
          input.value = typeof value === "number" ? sayNumber(value) : "";
          read();
        },
        read,
      };
    },

    // One of a list of what few have: ticked, not sure, or left.
    listed(fact, id, texts) {
      const [tick, label] = makeInput("checkbox", fact.asked, { id });
      const [unsure, unsureLabel] = makeInput("checkbox", texts.not_sure);
      unsure.setAttribute("aria-label", `${fact.asked}: ${texts.not_sure}`);
      tick.addEventListener("input", () => { if (tick.checked) unsure.checked = false; });
      unsure.addEventListener("input", () => { if (unsure.checked) tick.checked = false; });
      return {
        isListed: true,
        parts: [label, unsureLabel],
        show: (value) => {
          tick.checked = value === true;
          unsure.checked = value === UNSURE;
        },
        read: () => (unsure.checked ? UNSURE : tick.checked ? true : null),
      };
    },
  };

  function makeRemark(fact, texts) {
    const area = make("textarea", { rows: 2, attributes: { "aria-label": `${fact.asked} ${texts.remark}` } });
    const element = make("details", { className: "ask-remark" }, [make("summary", { textContent: texts.remark }), area]);
    const show = (text) => {
      area.value = text;
      element.open = text !== "";
    };
    return { element, show, read: () => area.value.trim() };
  }

  const makeWho = (who, texts) => make("p", { className: "ask-who", textContent: fill(texts.ask, { who }) });

  // One fact: what is asked, the inputs, what is meant, who may know, and room for a remark.
  function makeFact(fact, texts, isOfMany, isWhoSaid) {
    const id = `ask-${fact.name}`;
    const { isGroup, isListed, parts, show, read } = CONTROLS[fact.listed ? "listed" : fact.type](fact, id, texts);
    const remark = makeRemark(fact, texts);
    const help = fact.help
      ? [make("details", { className: "ask-help" }, [
        make("summary", { textContent: texts.what_counts, attributes: { "aria-label": `${texts.what_counts} ${fact.asked}` } }),
        make("p", { textContent: fact.help }),
      ])]
      : [];
    const who = isWhoSaid ? [] : [makeWho(fact.who, texts)];
    const className = isOfMany ? "ask-title" : "ask-title ask-numbered";
    const title = isListed ? [] : [isGroup
      ? make("p", { id: `${id}-title`, textContent: fact.asked, className })
      : make("label", { textContent: fact.asked, htmlFor: id, className })];
    const more = make("div", { className: "ask-more" }, [...help, remark.element, ...who]);
    const first = make("div", { className: isListed ? "ask-listed" : "ask-given" }, parts);
    const attributes = isGroup ? { role: fact.type === "bool" ? "radiogroup" : "group", "aria-labelledby": `${id}-title` } : {};
    const element = make("div", { className: `ask-fact ask-is-${fact.type}`, attributes }, [...title, first, more]);
    element.dataset.fact = fact.name;
    return { fact, element, show, read, remark };
  }

  // One question with its facts; of the list of what few have, a tick below it answers the rest.
  function makeQuestion({ title, who, rare, facts }, at, texts) {
    const made = facts.map((fact) => makeFact(fact, texts, Boolean(title), Boolean(who)));
    const [listed, others] = [made.filter(({ fact }) => fact.listed), made.filter(({ fact }) => !fact.listed)];
    const [rest, restLabel] = rare ? makeInput("checkbox", texts.rare_rest, { id: "ask-rest" }) : [];
    const restRow = rare ? make("div", { className: "ask-rest ask-answers" }, [restLabel]) : null;
    const id = `ask-question-${at}`;
    const head = title ? [make("h2", { id, textContent: title, className: "ask-head ask-numbered" })] : [];
    if (who) head.push(makeWho(who, texts));
    if (rare) head.push(make("p", { className: "ask-hint", textContent: texts.rare_intro }));
    const blocks = [...listed.map(({ element }) => element), ...(restRow ? [restRow] : []), ...others.map(({ element }) => element)];
    const attributes = title ? { "aria-labelledby": id } : {};
    const kind = rare ? " ask-rare" : title ? " ask-many-facts" : "";
    const element = make(title ? "section" : "div", { className: `ask-question${kind}`, attributes }, [...head, ...blocks]);
    return { title, facts: made, listed, others, rest, restRow, element };
  }

  function makeText(label, properties = {}) {
    const input = make("input", { type: "text", autocomplete: "off", ...properties });
    return [input, make("label", { className: "ask-about" }, [make("span", { textContent: label }), input])];
  }

  // What was typed, kept in the browser where that lets us.
  function makeStore({ client, made_on, edition }) {
    const key = `licences:${client || "new"}:${made_on}:${edition}`;
    const attempt = (act) => {
      try {
        return act();
      } catch {
        return undefined;
      }
    };
    return {
      isKeeping: () => attempt(() => {
        localStorage.setItem(`${key}:test`, "1");
        localStorage.removeItem(`${key}:test`);
        return true;
      }) ?? false,
      read: () => attempt(() => JSON.parse(localStorage.getItem(key) ?? "null")) ?? null,
      write: (kept) => attempt(() => localStorage.setItem(key, JSON.stringify(kept))),
      forget: () => attempt(() => localStorage.removeItem(key)),
    };
  }

  function setUp(root) {
    const { origin, texts, questions } = JSON.parse(document.getElementById("questions").textContent);
    const blocks = questions.map((question, at) => makeQuestion(question, at, texts));
    const asks = blocks.flatMap((block) => block.facts);
    const facts = asks.map(({ fact }) => fact);
    const store = makeStore(origin);
    const [by, byLabel] = makeText(texts.by, { id: "ask-by", autocomplete: "name" });
    const [name, nameLabel] = makeText(texts.name, { id: "ask-name", autocomplete: "organization" });
    const rest = blocks.map((block) => block.rest).find(Boolean) ?? make("input", { type: "checkbox" });

    const bar = make("progress", { max: 1, value: 0, attributes: { "aria-label": texts.progress_label } });
    const count = make("p", { className: "ask-count" });
    const status = make("p", { className: "ask-status", attributes: { role: "status", "aria-live": "polite" } });
    const strip = make("div", { className: "ask-strip" }, [count, bar, status]);
    const save = make("button", { type: "button", className: "main", textContent: texts.save });
    const copy = make("button", { type: "button", textContent: texts.copy });
    const clear = make("button", { type: "button", className: "quiet", textContent: texts.clear });
    const box = make("textarea", { hidden: true, readOnly: true, rows: 8, className: "ask-box", attributes: { "aria-label": texts.mail_text } });
    const back = make("section", { className: "ask-back", attributes: { "aria-labelledby": "ask-back" } }, [
      make("h2", { id: "ask-back", textContent: texts.back_title }),
      make("p", { textContent: texts.back_intro }),
      make("p", { className: "ask-actions" }, [save, copy, clear]),
      box,
    ]);
    root.replaceChildren(
      strip,
      make("div", { className: "ask-abouts" }, [byLabel, ...(origin.client ? [] : [nameLabel])]),
      make("div", { className: "ask-questions" }, blocks.map(({ element }) => element)), back,
    );

    const told = new Map(); // what each fact has been answered, whether it is asked or not
    let asked = new Set();
    let following = new Map(); // what need not be asked, since it follows

    // What counts for a fact: an answer, not sure, or null. Of a list that was gone through the rest is not so.
    function find(one) {
      const value = told.get(one.fact.name) ?? null;
      return value === null && one.fact.listed && rest.checked ? false : value;
    }

    function update() {
      const given = asks.map((one) => [one.fact.name, find(one)]);
      const unsure = new Set(given.filter(([, value]) => value === UNSURE).map(([fact]) => fact));
      const before = asked;
      ({ asked, following } = findAsked(facts, new Map(given.filter(([, value]) => value !== UNSURE)), unsure));
      const shown = (group) => group.filter(({ fact }) => asked.has(fact.name));
      for (const { fact, element } of asks) element.hidden = !asked.has(fact.name);
      let [all, done] = [0, 0];
      for (const block of blocks) {
        const isAsked = shown(block.facts).length > 0;
        const hasList = shown(block.listed).length > 0;
        const isDone = (hasList ? rest.checked : true) && shown(block.others).every((one) => find(one) !== null);
        block.element.hidden = !isAsked;
        block.element.classList.toggle("done", isDone);
        if (block.restRow) block.restRow.hidden = !hasList;
        if (isAsked) all += 1;
        if (isAsked && isDone) done += 1;
      }
      bar.max = all || 1;
      bar.value = done;
      count.textContent = done < all ? fill(texts.progress, { done, count: all }) : fill(texts.all_done, { count: all });
      return asks.filter(({ fact }) => asked.has(fact.name) && !before.has(fact.name));
    }

    function keep() {
      const write = (value) => (value === UNSURE ? { unsure: true } : { value });
      const answers = [...told].filter(([, value]) => value !== null).map(([fact, value]) => [fact, write(value)]);
      const remarks = asks.map(({ fact, remark }) => [fact.name, remark.read()]).filter(([, text]) => text);
      store.write({
        answers: Object.fromEntries(answers), remarks: Object.fromEntries(remarks),
        by: by.value, name: name.value, rest: rest.checked,
      });
    }

    function showKept(kept) {
      const { answers = {}, remarks = {} } = kept ?? {};
      told.clear();
      for (const { fact, show, remark } of asks) {
        const { unsure, value } = answers[fact.name] ?? {};
        const known = unsure ? UNSURE : isAnswer(fact, value) ? value : null;
        if (known !== null) told.set(fact.name, known);
        show(known);
        remark.show(String(remarks[fact.name] ?? ""));
      }
      by.value = String(kept?.by ?? "");
      name.value = String(kept?.name ?? "");
      rest.checked = Boolean(kept?.rest);
      update();
    }

    function sayNew(fresh) {
      const names = fresh.map(({ fact }) => fact.asked);
      const more = names.length > MOST_NAMES ? " …" : "";
      status.textContent = names.length
        ? fill(texts.new_questions, { labels: names.slice(0, MOST_NAMES).join(texts.list) + more })
        : "";
    }

    const makeAnswers = () => {
      const shown = asks.filter(({ fact }) => asked.has(fact.name));
      const given = shown.map((one) => [one.fact.name, find(one)]).filter(([, value]) => value !== null);
      return LicencesAnswers.makeAnswers(origin, {
        by: by.value.trim(),
        name: origin.client ? origin.name : name.value.trim(),
        answers: [...given.filter(([, value]) => value !== UNSURE), ...following],
        unsure: given.filter(([, value]) => value === UNSURE).map(([fact]) => fact),
        remarks: shown.map(({ fact, remark }) => [fact.name, remark.read()]).filter(([, text]) => text),
      });
    };

    for (const { fact, element, read } of asks) {
      element.addEventListener("input", () => {
        told.set(fact.name, read());
        sayNew(update());
        keep();
      });
    }
    for (const one of [by, name]) one.addEventListener("input", keep);
    rest.addEventListener("input", () => {
      sayNew(update());
      keep();
    });
    save.addEventListener("click", () => {
      const answers = makeAnswers();
      LicencesAnswers.save(answers);
      status.textContent = fill(texts.saved, { file: LicencesAnswers.nameFile(answers) });
    });
    copy.addEventListener("click", async () => {
      const answers = makeAnswers();
      const intro = answers.name ? fill(texts.mail, { name: answers.name }) : texts.mail_new;
      const isCopied = await LicencesAnswers.copy(LicencesAnswers.writeMail(answers, intro), box);
      status.textContent = isCopied ? texts.copied : texts.by_hand;
    });
    const calm = () => {
      delete clear.dataset.armed;
      clear.textContent = texts.clear;
    };
    clear.addEventListener("blur", calm);
    clear.addEventListener("click", () => {
      if (!clear.dataset.armed) {
        clear.dataset.armed = "yes";
        clear.textContent = texts.clear_sure;
        return;
      }
      calm();
      store.forget();
      showKept(null);
      box.hidden = true;
      status.textContent = texts.cleared;
    });

    const kept = store.read();
    showKept(kept);
    status.textContent = store.isKeeping() ? (kept ? texts.kept : "") : texts.not_kept;
  }

  if (typeof module === "object" && module.exports) module.exports = { findAsked, readNumber };
  else {
    const root = document.getElementById("questionnaire");
    if (root) setUp(root);
  }
})();
