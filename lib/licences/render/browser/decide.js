// Answers which licences are needed, as rules.py does, and lets a reader change the answers on which that rests.
"use strict";

(() => {
  const HELD = "held"; // what is held, which is a fact of the rules and no question
  const MAX_NUMBER = 1e15;
  const ALWAYS = ["and"];
  const { readRule, tryAnswers } = typeof module === "object" ? require("./logic.js") : LicencesLogic;

  // ---- What follows from the answers: no page is needed for this part. ----

  const readProfile = (profile) => new Map(Object.entries(profile).filter(([, value]) => value !== null));

  // What each licence is for a profile, by code.
  // What is held, or taken as held, has been obtained: no condition of that fails or is open.
  // verdict, missing: and the facts not told on which that depends. isBlocked, because: whether a part of
  // its condition fails, and the facts of such parts. open: the facts not told on which its condition depends.
  function decide(table, profile) {
    const told = readProfile(profile);
    const ask = (tree) => tryAnswers(tree, table.facts, told);
    const held = [...(told.get(HELD) ?? []), ...(table.implied ?? [])];
    const judge = (code, { verdict, applies, condition: written = ALWAYS }) => {
      const { truth, missing } = ask(applies);
      const condition = held.includes(code) ? ALWAYS : written;
      const parts = condition[0] === "and" ? condition.slice(1) : [condition];
      const failing = truth === false ? [] : parts.filter((part) => ask(part).truth === false);
      return {
        verdict: truth === null ? "undetermined" : truth ? verdict : "not_needed",
        missing,
        isBlocked: failing.length > 0,
        because: [...new Set(failing.flatMap((part) => readRule(part, table.facts).names))],
        open: truth ? ask(condition).missing : [],
      };
    };
    return Object.fromEntries(Object.entries(table.rules).map(([code, rule]) => [code, judge(code, rule)]));
  }

  // The contradictions that a profile is known to hold.
  function findContradictions(table, profile) {
    const told = readProfile(profile);
    return table.contradictions.filter(({ when }) => tryAnswers(when, table.facts, told).truth);
  }

  // ---- What the reader sees. Every text goes through textContent. ----

  const FIRST_OPEN = 8; // so many open questions stand unfolded
  const MOST_NAMES = 4; // so many names of a group are said aloud
  const NOTHING = { bool: false, number: 0, set: [] }; // what is answered where nothing of a fact is so
  const QUIET_MS = 400; // so long nothing must change before the change is said
  const VERDICTS = ["forbidden", "required", "undetermined", "recommended", "optional", "not_needed"];

  function make(tag, properties = {}, children = []) {
    const { attributes = {}, ...others } = properties;
    const element = Object.assign(document.createElement(tag), others);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  }

  const makeList = (texts, className) =>
    make("ul", { className }, texts.map((textContent) => make("li", { textContent })));
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
  const sayNumber = (number) => number.toLocaleString("en-US", { maximumFractionDigits: 15 });
  const isSame = (one, other) => JSON.stringify(one) === JSON.stringify(other);

  function sayAnswer(fact, value, texts) {
    if (value === null) return texts.not_told;
    if (fact.type === "bool") return value ? texts.yes : texts.no;
    if (fact.type === "number") return sayNumber(value) + (fact.unit ?? "");
    const labels = new Map(fact.values);
    if (fact.type === "choice") return labels.get(value) ?? value;
    return value.map((member) => labels.get(member) ?? member).join(texts.list) || texts.none_of_these;
  }

  // Radio buttons or boxes, each with its label around it.
  function makeInputs(properties, labels) {
    const inputs = labels.map(() => make("input", properties));
    const boxed = labels.map((textContent, at) => make("label", {}, [inputs[at], make("span", { textContent })]));
    return [inputs, make("div", { className: "decide-answers" }, boxed)];
  }

  // The inputs of each type of fact, what `show` makes them say, and what `read` finds told by them; null is
  // not told. `isGroup`: there are several, to stand under one legend.
  const CONTROLS = {
    bool(fact, id, texts) {
      const answers = [true, false, null];
      const [radios, box] = makeInputs({ type: "radio", name: id }, [texts.yes, texts.no, texts.not_told]);
      return {
        isGroup: true,
        parts: [box],
        show: (value) => { radios[answers.indexOf(value)].checked = true; },
        read: () => answers[radios.findIndex((radio) => radio.checked)],
      };
    },

    choice(fact, id, texts) {
      const answers = [["", texts.not_told], ...fact.values];
      const options = answers.map(([value, textContent]) => make("option", { value, textContent }));
      const select = make("select", { id }, options);
      return {
        parts: [select],
        show: (value) => { select.value = value ?? ""; },
        read: () => select.value || null,
      };
    },

    // None at all is an answer of its own; nothing ticked is not told.
    set(fact, id, texts) {
      const members = fact.values.map(([member]) => member);
      const labels = [...fact.values.map(([, label]) => label), texts.none_of_these];
      const [inputs, box] = makeInputs({ type: "checkbox" }, labels);
      const [ticks, none] = [inputs.slice(0, -1), inputs[inputs.length - 1]];
      const hint = make("p", { className: "decide-hint", textContent: texts.choose_all });
      const untold = make("p", { className: "decide-hint", textContent: texts.nothing_ticked });
      none.addEventListener("input", () => { if (none.checked) for (const tick of ticks) tick.checked = false; });
      for (const tick of ticks) tick.addEventListener("input", () => { if (tick.checked) none.checked = false; });
      return {
        isGroup: true,
        parts: [hint, box, untold],
        show: (value) => {
          ticks.forEach((tick, at) => { tick.checked = value !== null && value.includes(members[at]); });
          none.checked = value !== null && value.length === 0;
        },
        read: () => {
          untold.hidden = inputs.some((input) => input.checked);
          return untold.hidden ? members.filter((_, at) => ticks[at].checked).sort() : null;
        },
      };
    },

    // What cannot be read, or cannot be, is not told, and that is said.
    number(fact, id, texts) {
      const [min, max] = [fact.min ?? -MAX_NUMBER, fact.max ?? MAX_NUMBER];
      const range = fill(fact.max === undefined ? texts.wrong_least : texts.wrong_range, {
        min: sayNumber(min), max: sayNumber(max),
      });
      const unit = make("span", { id: `${id}-unit`, className: "decide-unit", textContent: (fact.unit ?? "").trim() });
      const wrong = make("p", { id: `${id}-wrong`, className: "decide-wrong" });
      const attributes = { "aria-describedby": `${unit.id} ${wrong.id}`, inputmode: "decimal", autocomplete: "off" };
      const input = make("input", { id, type: "text", placeholder: texts.not_told, attributes });
      const show = (value) => { input.value = value === null ? "" : sayNumber(value); };
      const read = () => {
        const text = input.value.normalize("NFKC").replace(/[,\s]/g, "");
        const isNumber = /^[+-]?(\d+(\.\d*)?|\.\d+)$/.test(text);
        const isPossible = isNumber && min <= Number(text) && Number(text) <= max;
        wrong.textContent = !text || isPossible ? "" : isNumber ? range : texts.wrong_number;
        wrong.hidden = !wrong.textContent;
        input.setAttribute("aria-invalid", String(!wrong.hidden));
        return isPossible ? Number(text) : null;
      };
      input.addEventListener("change", () => { if (read() !== null) show(read()); });
      return { parts: [make("div", { className: "decide-number" }, [input, unit]), wrong], show, read };
    },
  };

  // One fact: its label, its inputs, what the report has where that differs, and its help.
  function makeQuestion(name, fact, texts) {
    const id = `decide-fact-${name}`;
    const { isGroup, parts, show, read } = CONTROLS[fact.type](fact, id, texts);
    const title = isGroup
      ? make("legend", { textContent: fact.label })
      : make("label", { textContent: fact.label, htmlFor: id });
    const before = make("p", { className: "decide-before" });
    const element = make(isGroup ? "fieldset" : "div", { className: "decide-question" }, [title, ...parts, before]);
    element.dataset.fact = name;
    if (fact.help) {
      const summary = make("summary", { textContent: texts.what_counts });
      element.append(make("details", {}, [summary, make("p", { className: "help", textContent: fact.help })]));
    }
    const mark = (reported, value) => {
      before.hidden = isSame(reported, value);
      before.textContent = fill(texts.in_report, { value: sayAnswer(fact, reported, texts) });
      element.classList.toggle("changed", !before.hidden);
    };
    return { element, show, read, mark };
  }

  // The questions: open ones, main facts, and the others, of which only what `showRaised` names is shown.
  function makeForm(table, questions) {
    const { texts, open, main, rare } = table;
    const place = (names) => names.map((name) => questions.get(name).element);
    const makePart = (id, title, intro, children) => {
      const heading = make("h3", { id, textContent: title, tabIndex: -1 });
      const help = make("p", { className: "help", textContent: intro, hidden: !intro });
      const attributes = { "aria-labelledby": id };
      return make("section", { className: "decide-part", attributes }, [heading, help, ...children]);
    };
    const others = [...questions.keys()].filter((name) => !open.includes(name) && !main.includes(name));
    const usual = open.filter((name) => !rare?.names.includes(name));
    const openPart = makePart("decide-open", texts.open_title, "", place(usual.slice(0, FIRST_OPEN)));
    const mainPart = makePart("decide-main", texts.main_title, texts.main_intro, place(main));
    const raisedPart = makePart("decide-raised", texts.raised_title, texts.raised_intro, place(others));
    const folded = usual.slice(FIRST_OPEN);
    if (folded.length) {
      const summary = make("summary", { textContent: fill(texts.open_more, { count: folded.length }) });
      openPart.append(make("details", { className: "decide-folded" }, [summary, ...place(folded)]));
    }
    const none = make("button", { type: "button", textContent: rare?.answer ?? "" });
    if (rare) { // what only few businesses have: one answer to all of it
      const summary = make("summary", { textContent: rare.title });
      const parts = [summary, make("p", { className: "help", textContent: rare.intro }), none, ...place(rare.names)];
      openPart.append(make("details", { className: "decide-rare" }, parts));
    }
    openPart.hidden = !open.length;
    mainPart.hidden = !main.length;
    const showRaised = (asked) => {
      const raised = others.filter((name) => asked.has(name));
      for (const name of others) questions.get(name).element.hidden = !asked.has(name);
      raisedPart.hidden = !raised.length;
      return raised;
    };
    return { element: make("div", { className: "decide-form" }, [openPart, mainPart, raisedPart]), showRaised, none };
  }

  const GROUPS = [
    "forbidden", "allowed", "required", "recommended", "optional", "undetermined", "blocked", "open", "met", "no_longer", "settled",
  ];

  function findChange(was, now) {
    if (was.verdict === now.verdict) return null;
    if (now.verdict !== "not_needed") return now.verdict;
    return { undetermined: "settled", forbidden: "allowed" }[was.verdict] ?? "no_longer";
  }

  // Whether it can be obtained is of interest only where it is needed.
  function findConditionChange(was, now) {
    const [before, after] = [was, now].map(({ verdict, isBlocked, open }) => {
      if (["not_needed", "undetermined", "forbidden"].includes(verdict)) return null;
      return isBlocked ? "blocked" : open.length ? "open" : "met";
    });
    return before === after || (before === null && after === "met") ? null : after;
  }

  // What became of the licences: the codes of each group, in the order of GROUPS, without empty groups.
  function groupChanges(was, now) {
    const found = new Map(GROUPS.map((group) => [group, []]));
    for (const code of Object.keys(now)) {
      for (const find of [findChange, findConditionChange]) found.get(find(was[code], now[code]))?.push(code);
    }
    return [...found].filter(([, codes]) => codes.length);
  }

  // What the report says, and with which answers another result came about.
  function listChanges(table, reported, told, groups, now) {
    const { facts, rules: licences, texts } = table;
    const describe = (group, code) => {
      const { name, status } = licences[code];
      const textContent = status ? fill(texts.with_status, { name, status }) : name;
      const { missing, because, open } = now[code];
      const names = { undetermined: missing, blocked: because, open }[group] ?? [];
      const labels = names.map((one) => facts[one].label).join(texts.list);
      const note = fill(group === "blocked" ? texts.because_of : texts.depends_on, { labels });
      return make("li", { textContent }, labels ? [make("span", { className: "help", textContent: note })] : []);
    };
    const changed = [...told].filter(([name, value]) => !isSame(value, reported.get(name))).map(([name, value]) => {
      const [before, after] = [reported.get(name), value].map((answer) => sayAnswer(facts[name], answer, texts));
      return fill(texts.change, { label: facts[name].label, old: before, new: after });
    });
    if (!changed.length) return [];
    return [
      make("h3", { id: "decide-changes", textContent: texts.changes_title, tabIndex: -1 }),
      make("p", { className: "note", textContent: texts.notice }),
      ...(groups.length ? [] : [make("p", { textContent: texts.same_result })]),
      ...groups.flatMap(([group, codes]) => [
        make("h4", { textContent: texts.groups[group] }),
        make("ul", { className: group }, codes.map((code) => describe(group, code))),
      ]),
      make("h4", { textContent: texts.changed_facts }),
      makeList(changed, "answers"),
    ];
  }

  // What follows: how many of each verdict, what has just changed, contradictions, all that differs.
  function makeResult(table) {
    const { texts, verdicts } = table;
    const counts = VERDICTS.map(() => make("b"));
    const tiles = VERDICTS.map((verdict, at) =>
      make("li", { className: verdict }, [counts[at], make("span", { textContent: verdicts[verdict] })]));
    const heading = make("h3", { id: "decide-result", textContent: texts.result_title });
    const status = make("p", {
      className: "decide-said", textContent: texts.same_as_report, tabIndex: -1,
      attributes: { role: "status", "aria-live": "polite" },
    });
    const warning = make("div", { className: "warning", hidden: true, attributes: { role: "alert" } });
    const reset = make("button", { type: "button", textContent: texts.reset });
    const toChanges = make("a", { className: "decide-to-changes", href: "#decide-changes" });
    const toRaised = make("a", { href: "#decide-raised" });
    const strip = make("div", { className: "decide-strip" }, [
      heading,
      make("ul", { className: "decide-counts" }, tiles),
      status,
      warning,
      make("p", { className: "decide-actions" }, [reset, toChanges, toRaised]),
    ]);
    const back = makeBack(texts);
    const changes = make("div", { className: "decide-changes" });
    const attributes = { "aria-labelledby": heading.id };
    const element = make("section", { className: "decide-result", attributes }, [strip, changes, back.element]);

    const showCounts = (was, now) => VERDICTS.forEach((verdict, at) => {
      const [before, count] = [was, now].map(
        (judged) => Object.values(judged).filter((one) => one.verdict === verdict).length);
      const moved = count > before ? `+${count - before}` : count < before ? `−${before - count}` : "";
      counts[at].replaceChildren(String(count), make("i", { textContent: moved }));
    });
    const showWarning = (messages) => { // an alert is said anew only where it is another
      if (isSame(messages, [...warning.querySelectorAll("li")].map((item) => item.textContent))) return;
      const title = make("strong", { textContent: texts.contradiction });
      warning.replaceChildren(title, makeList(messages));
      warning.hidden = !messages.length;
    };
    const showChanges = (listed, groups, raised) => {
      changes.replaceChildren(...listed);
      const count = groups.reduce((sum, [, codes]) => sum + codes.length, 0);
      reset.hidden = toChanges.hidden = back.element.hidden = !listed.length;
      toChanges.textContent = fill(texts.see_changes, { count });
      toRaised.hidden = !raised.length;
      toRaised.textContent = fill(texts.see_raised, { count: raised.length });
    };
    return { element, status, reset, back, showCounts, showWarning, showChanges };
  }

  // Where the answers that were changed are sent back from: as a file, or as text for a mail.
  function makeBack(texts) {
    const heading = make("h3", { id: "decide-back", textContent: texts.back_title });
    const save = make("button", { type: "button", textContent: texts.back_save });
    const copy = make("button", { type: "button", textContent: texts.back_copy });
    const box = make("textarea", { hidden: true, readOnly: true, rows: 6, attributes: { "aria-label": texts.back_text } });
    const attributes = { "aria-labelledby": heading.id };
    const element = make("section", { className: "decide-back", hidden: true, attributes }, [
      heading,
      make("p", { className: "help", textContent: texts.back_intro }),
      make("p", { className: "decide-actions" }, [save, copy]),
      box,
    ]);
    return { element, save, copy, box };
  }

  // What is said of a change: the answers given, what became of the licences, which questions are new.
  function sayChange(table, answers, groups, raised) {
    const { facts, rules: licences, texts, language } = table;
    const join = (names) => {
      const shown = names.slice(0, MOST_NAMES).join(texts.list);
      const more = names.length - MOST_NAMES;
      return more > 0 ? fill(texts.said_more, { names: shown, count: more }) : shown;
    };
    const sayGroup = ([group, codes]) =>
      fill(texts.said_group, { group: texts.groups[group], names: join(codes.map((code) => licences[code].name)) });
    const sentences = answers.map(([name, value]) =>
      fill(texts.said_fact, { label: facts[name].label, value: sayAnswer(facts[name], value, texts) }));
    sentences.push(...(groups.length ? groups.map(sayGroup) : [texts.said_nothing]));
    const labels = join(raised.map((name) => facts[name].label));
    if (labels) sentences.push(fill(texts.said_group, { group: texts.raised_title, names: labels }));
    return sentences.join(language === "zh" ? "" : " ");
  }

  function setUp(root) {
    const table = JSON.parse(document.getElementById("decisions").textContent);
    const { facts, texts } = table;
    const asked = Object.keys(facts).filter((name) => name !== HELD);
    const questions = new Map(asked.map((name) => [name, makeQuestion(name, facts[name], texts)]));
    const [form, result] = [makeForm(table, questions), makeResult(table)];
    const answers = new Map(Object.entries(table.told));
    const reported = new Map(Object.keys(facts).map((name) => [name, answers.get(name) ?? null]));
    const told = new Map(reported);
    const inReport = decide(table, table.told);

    // Works out what follows from what is told, and shows it.
    function update() {
      const profile = Object.fromEntries(told);
      const judged = decide(table, profile);
      const contradictions = findContradictions(table, profile);
      const groups = groupChanges(inReport, judged);
      const raised = form.showRaised(new Set([
        ...Object.values(judged).flatMap(({ missing, open }) => [...missing, ...open]),
        ...contradictions.flatMap(({ when }) => readRule(when, facts).names),
        ...[...told.keys()].filter((name) => !isSame(told.get(name), reported.get(name))),
      ]));
      for (const [name, { mark }] of questions) mark(reported.get(name), told.get(name));
      result.showCounts(inReport, judged);
      result.showWarning(contradictions.map(({ message }) => message));
      result.showChanges(listChanges(table, reported, told, groups, judged), groups, raised);
      return { judged, raised };
    }

    function showReport() {
      for (const [name, { show, read }] of questions) {
        told.set(name, reported.get(name));
        show(reported.get(name));
        read(); // clears what it has to say about what was written there
      }
      return update();
    }

    root.replaceChildren(result.element, form.element);
    let said = showReport(); // the state that the reader knows of
    const touched = new Set();
    let timer = 0;

    // Says what was done; a change that waits to be said would take its place at once.
    function say(text) {
      clearTimeout(timer);
      result.status.textContent = text;
    }

    // Says what has changed once the reader pauses.
    function announce(state) {
      const raised = state.raised.filter((name) => !said.raised.includes(name) && !touched.has(name));
      const given = [...touched].map((name) => [name, told.get(name)]);
      result.status.textContent = sayChange(table, given, groupChanges(said.judged, state.judged), raised);
      touched.clear();
      said = state;
    }

    for (const [name, { element, read }] of questions) {
      element.addEventListener("input", () => {
        const value = read();
        if (isSame(value, told.get(name))) return;
        told.set(name, value);
        touched.add(name);
        clearTimeout(timer);
        timer = setTimeout(announce, QUIET_MS, update());
      });
    }
    form.none.addEventListener("click", () => {
      for (const name of table.rare.names.filter((one) => told.get(one) === null)) {
        questions.get(name).show(NOTHING[facts[name].type]);
        told.set(name, questions.get(name).read());
      }
      clearTimeout(timer);
      timer = setTimeout(announce, QUIET_MS, update());
    });
    // What differs from the report, as it is sent back; what was told and is not told any more is not sure.
    const makeAnswers = () => {
      const changed = [...told].filter(([name, value]) => !isSame(value, reported.get(name)));
      const answers = changed.filter(([, value]) => value !== null);
      const unsure = changed.filter(([, value]) => value === null).map(([name]) => name);
      return LicencesAnswers.makeAnswers(table.origin, { answers, unsure });
    };
    result.back.save.addEventListener("click", () => {
      const answers = makeAnswers();
      LicencesAnswers.save(answers);
      say(fill(texts.back_saved, { file: LicencesAnswers.nameFile(answers) }));
    });
    result.back.copy.addEventListener("click", async () => {
      const text = LicencesAnswers.writeMail(makeAnswers(), fill(texts.back_mail, { name: table.origin.name }));
      const isCopied = await LicencesAnswers.copy(text, result.back.box);
      say(isCopied ? texts.back_copied : texts.back_by_hand);
    });
    result.reset.addEventListener("click", () => {
      result.back.box.hidden = true;
      touched.clear();
      said = showReport();
      say(texts.said_reset);
      result.status.focus();
    });
  }

  if (typeof module === "object" && module.exports) module.exports = { decide, findContradictions };
  else {
    const root = document.getElementById("decide-page");
    if (root) setUp(root);
  }
})();
