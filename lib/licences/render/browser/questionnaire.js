// Questionnaire that a client fills in: asks what the answers call for, keeps them in the browser, and hands them back.
"use strict";

(() => {
  const { readRule, tryAnswers } = typeof module === "object" ? require("./logic.js") : LicencesLogic;
  const MAX_NUMBER = 1e15;
  const NOTHING = { bool: false, number: 0, set: [], choice: "none" }; // what counts where a fact is not asked
  const MOST_NAMES = 4; // so many new questions are said aloud
  const TIMES = { 万: 1e4, 亿: 1e8 };

  // ---- What is asked: no page is needed for this part. ----

  // The questions that are asked with these answers, by name; an answer to what is not asked does not count.
  function findAsked(questions, answers) {
    const facts = Object.fromEntries(questions.map((question) => [question.name, question]));
    const counted = new Map();
    const asked = new Set();
    for (const { name, type, when } of questions) {
      const isAsked = when ? tryAnswers(when, facts, counted).truth : true;
      const value = isAsked ? answers.get(name) ?? null : isAsked === false ? NOTHING[type] : null;
      if (isAsked) asked.add(name);
      if (value !== null) counted.set(name, value);
    }
    return asked;
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
    bool(question, id, texts) {
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

    choice(question, id, texts) {
      const given = [["", texts.choose_one], ...question.values, ["?", texts.not_sure]];
      const select = make("select", { id }, given.map(([value, textContent]) => make("option", { value, textContent })));
      return {
        parts: [select],
        show: (value) => { select.value = value === UNSURE ? "?" : value ?? ""; },
        read: () => (select.value === "?" ? UNSURE : select.value || null),
      };
    },

    // None at all, and not sure, each exclude the others.
    set(question, id, texts) {
      const pairs = question.values.map(([, text]) => makeInput("checkbox", text));
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
          ticks.forEach((tick, at) => { tick.checked = Array.isArray(value) && value.includes(question.values[at][0]); });
          none.checked = Array.isArray(value) && !value.length;
          unsure.checked = value === UNSURE;
        },
        read: () => {
          if (unsure.checked) return UNSURE;
          const chosen = question.values.map(([value]) => value).filter((_, at) => ticks[at].checked).sort();
          return none.checked || chosen.length ? chosen : null;
        },
      };
    },

    number(question, id, texts) {
      const [min, max] = [question.min ?? -MAX_NUMBER, question.max ?? MAX_NUMBER];
      const range = fill(question.max === undefined ? texts.wrong_least : texts.wrong_range, {
        min: sayNumber(min), max: sayNumber(max),
      });
      const unit = make("span", { id: `${id}-unit`, className: "ask-unit", textContent: question.unit ?? "" });
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
    listed(question, id, texts) {
      const [tick, label] = makeInput("checkbox", question.asked, { id });
      const [unsure, unsureLabel] = makeInput("checkbox", texts.not_sure);
      unsure.setAttribute("aria-label", `${question.asked}: ${texts.not_sure}`);
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

  function makeRemark(question, texts) {
    const area = make("textarea", { rows: 2, attributes: { "aria-label": `${question.asked} ${texts.remark}` } });
    const element = make("details", { className: "ask-remark" }, [make("summary", { textContent: texts.remark }), area]);
    const show = (text) => {
      area.value = text;
      element.open = text !== "";
    };
    return { element, show, read: () => area.value.trim() };
  }

  // One question: what is asked, the inputs, what is meant, who may know, and room for a remark.
  function makeQuestion(question, texts) {
    const id = `ask-${question.name}`;
    const { isGroup, isListed, parts, show, read } = CONTROLS[question.listed ? "listed" : question.type](question, id, texts);
    const remark = makeRemark(question, texts);
    const help = question.help
      ? [make("details", { className: "ask-help" }, [
        make("summary", { textContent: texts.what_counts, attributes: { "aria-label": `${texts.what_counts} ${question.asked}` } }),
        make("p", { textContent: question.help }),
      ])]
      : [];
    const who = make("p", { className: "ask-who", textContent: fill(texts.ask, { who: question.who }) });
    const title = isGroup
      ? [make("legend", { textContent: question.asked })]
      : isListed ? [] : [make("label", { textContent: question.asked, htmlFor: id, className: "ask-title" })];
    const more = make("div", { className: "ask-more" }, [...help, remark.element, who]);
    const first = isListed ? [make("div", { className: "ask-listed" }, parts)] : parts;
    const element = make(isGroup ? "fieldset" : "div", { className: "ask-question" }, [...title, ...first, more]);
    element.dataset.fact = question.name;
    return { question, element, show, read, remark };
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
    const asks = questions.map((question) => makeQuestion(question, texts));
    const store = makeStore(origin);
    const [by, byLabel] = makeText(texts.by, { id: "ask-by", autocomplete: "name" });
    const [name, nameLabel] = makeText(texts.name, { id: "ask-name", autocomplete: "organization" });
    const [rest, restLabel] = makeInput("checkbox", texts.rare_rest, { id: "ask-rest" });
    const early = asks.filter(({ question }) => !question.late);
    const late = asks.filter(({ question }) => question.late);
    const listed = late.filter(({ question }) => question.listed);
    const others = late.filter(({ question }) => !question.listed);

    const bar = make("progress", { max: 1, value: 0, attributes: { "aria-label": texts.progress_label } });
    const count = make("p", { className: "ask-count" });
    const status = make("p", { className: "ask-status", attributes: { role: "status", "aria-live": "polite" } });
    const strip = make("div", { className: "ask-strip" }, [count, bar, status]);
    const save = make("button", { type: "button", className: "main", textContent: texts.save });
    const copy = make("button", { type: "button", textContent: texts.copy });
    const clear = make("button", { type: "button", className: "quiet", textContent: texts.clear });
    const box = make("textarea", { hidden: true, readOnly: true, rows: 8, className: "ask-box", attributes: { "aria-label": texts.mail_text } });
    const rareHeading = make("h2", { id: "ask-rare", textContent: texts.rare_title });
    const rare = make("section", { className: "ask-rare", attributes: { "aria-labelledby": "ask-rare" } }, [
      rareHeading,
      make("p", { textContent: texts.rare_intro }),
      ...listed.map(({ element }) => element),
      make("div", { className: "ask-rest ask-answers" }, [restLabel]),
      ...others.map(({ element }) => element),
    ]);
    const back = make("section", { className: "ask-back", attributes: { "aria-labelledby": "ask-back" } }, [
      make("h2", { id: "ask-back", textContent: texts.back_title }),
      make("p", { textContent: texts.back_intro }),
      make("p", { className: "ask-actions" }, [save, copy, clear]),
      box,
    ]);
    root.replaceChildren(
      strip,
      make("div", { className: "ask-abouts" }, [byLabel, ...(origin.client ? [] : [nameLabel])]),
      ...early.map(({ element }) => element), rare, back,
    );

    const told = new Map(); // what each question has been answered, whether it is asked or not
    let asked = new Set();

    // What counts for a question: an answer, not sure, or null. Of a list that was gone through the rest is not so.
    function find(one) {
      const value = told.get(one.question.name) ?? null;
      return value === null && one.question.listed && rest.checked ? false : value;
    }

    function update() {
      const answers = new Map(asks.map((one) => [one.question.name, find(one)]).filter(([, value]) => value !== UNSURE));
      const before = asked;
      asked = findAsked(questions, answers);
      for (const { question, element } of asks) element.hidden = !asked.has(question.name);
      const shown = (group) => group.filter(({ question }) => asked.has(question.name));
      rare.hidden = !shown(late).length;
      restLabel.parentElement.hidden = !shown(listed).length;
      const single = shown([...early, ...others]);
      const all = single.length + (shown(listed).length ? 1 : 0);
      const done = single.filter((one) => find(one) !== null).length + (shown(listed).length && rest.checked ? 1 : 0);
      for (const one of asks) one.element.classList.toggle("done", find(one) !== null);
      bar.max = all || 1;
      bar.value = done;
      count.textContent = done < all ? fill(texts.progress, { done, count: all }) : fill(texts.all_done, { count: all });
      return asks.filter(({ question }) => asked.has(question.name) && !before.has(question.name));
    }

    function keep() {
      const write = (value) => (value === UNSURE ? { unsure: true } : { value });
      const answers = [...told].filter(([, value]) => value !== null).map(([fact, value]) => [fact, write(value)]);
      const remarks = asks.map(({ question, remark }) => [question.name, remark.read()]).filter(([, text]) => text);
      store.write({
        answers: Object.fromEntries(answers), remarks: Object.fromEntries(remarks),
        by: by.value, name: name.value, rest: rest.checked,
      });
    }

    function showKept(kept) {
      const { answers = {}, remarks = {} } = kept ?? {};
      told.clear();
      for (const { question, show, remark } of asks) {
        const { unsure, value } = answers[question.name] ?? {};
        const known = unsure ? UNSURE : isAnswer(question, value) ? value : null;
        if (known !== null) told.set(question.name, known);
        show(known);
        remark.show(String(remarks[question.name] ?? ""));
      }
      by.value = String(kept?.by ?? "");
      name.value = String(kept?.name ?? "");
      rest.checked = Boolean(kept?.rest);
      update();
    }

    function sayNew(fresh) {
      const names = fresh.map(({ question }) => question.asked);
      const more = names.length > MOST_NAMES ? " …" : "";
      status.textContent = names.length
        ? fill(texts.new_questions, { labels: names.slice(0, MOST_NAMES).join(texts.list) + more })
        : "";
    }

    const makeAnswers = () => {
      const shown = asks.filter(({ question }) => asked.has(question.name));
      const given = shown.map((one) => [one.question.name, find(one)]).filter(([, value]) => value !== null);
      return LicencesAnswers.makeAnswers(origin, {
        by: by.value.trim(),
        name: origin.client ? origin.name : name.value.trim(),
        answers: given.filter(([, value]) => value !== UNSURE),
        unsure: given.filter(([, value]) => value === UNSURE).map(([fact]) => fact),
        remarks: shown.map(({ question, remark }) => [question.name, remark.read()]).filter(([, text]) => text),
      });
    };

    for (const { question, element, read } of asks) {
      element.addEventListener("input", () => {
        told.set(question.name, read());
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
