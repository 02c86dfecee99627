// Answers which licences are needed, as rules.py does, and lets a reader change the answers on which that rests.
"use strict";

(() => {
  const OTHER = "…";
  const MAX_NUMBER = 1e15;
  const ALWAYS = ["and"];
  const COMPARISONS = {
    is: (told) => told,
    has: (told, value) => told.includes(value),
    "<": (told, value) => told < value,
    "<=": (told, value) => told <= value,
    ">": (told, value) => told > value,
    ">=": (told, value) => told >= value,
    "==": (told, value) => (Array.isArray(told) ? told.length === 0 : told === value), // a set: with none alone
  };

  // ---- What follows from the answers: no page is needed for this part. ----

  // Whether a tree holds, as a function of answers to all its facts. Its statements are added to `atoms`.
  function compile(tree, atoms) {
    const [op, ...parts] = tree;
    if (Object.hasOwn(COMPARISONS, op)) {
      const [name, value] = parts;
      atoms.push({ op, name, value });
      return (answers) => COMPARISONS[op](answers.get(name), value);
    }
    const tests = parts.map((part) => compile(part, atoms));
    if (op === "and") return (answers) => tests.every((test) => test(answers));
    if (op === "or") return (answers) => tests.some((test) => test(answers));
    return (answers) => !tests[0](answers);
  }

  // Typical answers to a fact: one of each kind that can occur and that the statements tell apart.
  function listAnswers(fact, atoms) {
    if (fact.type === "bool") return [false, true];
    if (fact.type === "number") return listNumbers(fact.min ?? -Infinity, fact.max ?? Infinity, atoms);
    const values = fact.values.map(([value]) => value);
    const compared = atoms.filter(({ op }) => fact.type === "choice" || op === "has");
    const named = [...new Set(compared.map(({ value }) => value))];
    const kinds = values.every((value) => named.includes(value)) ? named : [...named, OTHER];
    if (fact.type === "choice") return kinds;
    return kinds.reduce((sets, member) => [...sets, ...sets.map((set) => [...set, member])], [[]]);
  }

  function listNumbers(min, max, atoms) {
    const bounds = [...new Set(atoms.map(({ value }) => value))].sort((one, other) => one - other);
    const [first, last] = [bounds[0], bounds[bounds.length - 1]];
    const between = bounds.slice(1).map((bound, at) => {
      const middle = (bounds[at] + bound) / 2;
      const whole = Math.trunc(middle);
      return bounds[at] < whole && whole < bound ? whole : middle;
    });
    const outside = [Math.max(first - 1, Math.min(min, first)), Math.min(last + 1, Math.max(max, last))];
    const others = [...between, ...outside].filter((number) => !bounds.includes(number));
    const possible = [...bounds, ...others].filter((number) => min <= number && number <= max);
    return possible.length ? possible : [Number.isFinite(min) ? min : max]; // all bounds lie beyond the limits
  }

  const rules = new WeakMap();

  // A tree made ready: the facts that it names, the kinds of answers to each, and whether it holds.
  function readRule(tree, facts) {
    if (!rules.has(tree)) {
      const atoms = [];
      const holds = compile(tree, atoms);
      const names = [...new Set(atoms.map(({ name }) => name))];
      const kinds = names.map((name) => listAnswers(facts[name], atoms.filter((atom) => atom.name === name)));
      rules.set(tree, { names, kinds, holds });
    }
    return rules.get(tree);
  }

  // Tries every kind of answer to what is not told: whether a tree holds, null where that is open, and
  // which of the facts not told can still change it, exactly those.
  function tryAnswers(tree, facts, told) {
    const { names, kinds, holds } = readRule(tree, facts);
    const open = names.map((name, at) => ({ name, answers: kinds[at] })).filter(({ name }) => !told.has(name));
    const answers = new Map(names.map((name) => [name, told.get(name)]));
    const truths = [];
    const walk = (depth) => {
      if (depth === open.length) {
        truths.push(holds(answers));
        return;
      }
      for (const answer of open[depth].answers) {
        answers.set(open[depth].name, answer);
        walk(depth + 1);
      }
    };
    walk(0);
    if (truths.every((truth) => truth === truths[0])) return { truth: truths[0], missing: [] };
    let stride = truths.length; // the first of the open facts changes slowest
    const missing = [];
    for (const { name, answers: { length } } of open) {
      const turn = stride;
      stride /= length;
      const atFirst = (at) => truths[at - stride * Math.floor((at % turn) / stride)];
      if (truths.some((truth, at) => truth !== atFirst(at))) missing.push(name);
    }
    return { truth: null, missing };
  }

  const readProfile = (profile) => new Map(Object.entries(profile).filter(([, value]) => value !== null));

  // What each licence is for a profile, by code.
  // verdict, missing: and the facts not told on which that depends. isBlocked, because: whether a part of
  // its condition fails, and the facts of such parts. open: the facts not told on which its condition depends.
  function decide(table, profile) {
    const told = readProfile(profile);
    const ask = (tree) => tryAnswers(tree, table.facts, told);
    const judge = ({ verdict, applies, condition = ALWAYS }) => {
      const { truth, missing } = ask(applies);
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
    return Object.fromEntries(Object.entries(table.rules).map(([code, rule]) => [code, judge(rule)]));
  }

  // The contradictions that a profile is known to hold.
  function findContradictions(table, profile) {
    const told = readProfile(profile);
    return table.contradictions.filter(({ when }) => tryAnswers(when, table.facts, told).truth);
  }

  // ---- What the reader sees. Every text goes through textContent. ----

  const FIRST_OPEN = 8; // so many open questions stand unfolded
  const MOST_NAMES = 4; // so many names of a group are said aloud
  const QUIET_MS = 400; // so long nothing must change before the change is said
  const VERDICTS = ["required", "undetermined", "recommended", "optional", "not_needed"];

  function make(tag, properties = {}, children = []) {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  }

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

  // The inputs of each type of fact: what they look like, what they show, and what is told by them.
  // Each gives `show(value)` and `read()`; null is not told. `isGroup` is for several inputs under one legend.
  const CONTROLS = {
    bool(fact, id, texts) {
      const answers = [[true, texts.yes], [false, texts.no], [null, texts.not_told]];
      const radios = answers.map(() => make("input", { type: "radio", name: id }));
      const labels = answers.map(([, text], at) => make("label", {}, [radios[at], make("span", { textContent: text })]));
      return {
        isGroup: true,
        inputs: [make("div", { className: "decide-answers" }, labels)],
        show: (value) => { radios[answers.findIndex(([answer]) => answer === value)].checked = true; },
        read: () => answers[radios.findIndex((radio) => radio.checked)][0],
      };
    },

    choice(fact, id, texts) {
      const options = [["", texts.not_told], ...fact.values];
      const select = make("select", { id }, options.map(([value, textContent]) => make("option", { value, textContent })));
      return {
        inputs: [select],
        show: (value) => { select.value = value ?? ""; },
        read: () => select.value || null,
      };
    },

    set(fact, id, texts) {
      const answers = [...fact.values, [null, texts.none_of_these]];
      const boxes = answers.map(() => make("input", { type: "checkbox" }));
      const none = boxes[boxes.length - 1];
      const labels = answers.map(([, text], at) => make("label", {}, [boxes[at], make("span", { textContent: text })]));
      const untold = make("p", { className: "decide-hint", textContent: texts.nothing_ticked });
      const read = () => {
        const members = fact.values.map(([value]) => value).filter((_, at) => boxes[at].checked);
        return members.length || none.checked ? members.sort() : null;
      };
      for (const box of boxes) {
        box.addEventListener("input", () => { // none and something exclude each other
          if (box.checked) for (const other of boxes) if ((other === none) !== (box === none)) other.checked = false;
        });
      }
      return {
        isGroup: true,
        hint: texts.choose_all,
        inputs: [make("div", { className: "decide-answers" }, labels), untold],
        show: (value) => {
          answers.forEach(([member], at) => {
            boxes[at].checked = value !== null && (member === null ? value.length === 0 : value.includes(member));
          });
        },
        read: () => {
          const value = read();
          untold.hidden = value !== null;
          return value;
        },
      };
    },

    number(fact, id, texts) {
      const [min, max] = [fact.min ?? -MAX_NUMBER, fact.max ?? MAX_NUMBER];
      const wrong = make("p", { id: `${id}-wrong`, className: "decide-wrong", hidden: true });
      const input = make("input", { id, type: "text", inputMode: "decimal", autocomplete: "off", placeholder: texts.not_told });
      const unit = make("span", { className: "decide-unit", id: `${id}-unit`, textContent: (fact.unit ?? "").trim() });
      input.setAttribute("aria-describedby", `${id}-unit ${id}-wrong`);
      const limits = { min: sayNumber(min), max: sayNumber(max) };
      const range = fact.max === undefined ? texts.wrong_least : texts.wrong_range;
      const read = () => {
        const text = input.value.normalize("NFKC").replace(/[,\s]/g, "");
        const isNumber = /^[+-]?(\d+(\.\d*)?|\.\d+)$/.test(text);
        const value = Number(text);
        const isRight = isNumber && min <= value && value <= max;
        wrong.textContent = !text || isRight ? "" : isNumber ? fill(range, limits) : texts.wrong_number;
        wrong.hidden = !wrong.textContent;
        input.setAttribute("aria-invalid", String(!wrong.hidden));
        return isRight ? value : null;
      };
      const show = (value) => { input.value = value === null ? "" : sayNumber(value); };
      input.addEventListener("change", () => {
        const value = read();
        if (value !== null) show(value);
      });
      return { inputs: [make("div", { className: "decide-number" }, [input, unit]), wrong], show, read };
    },
  };

  // One fact: its label, its inputs, its help, and what the report has where that differs.
  function makeQuestion(name, fact, texts) {
    const id = `decide-fact-${name}`;
    const control = CONTROLS[fact.type](fact, id, texts);
    const title = make(control.isGroup ? "legend" : "label", { textContent: fact.label });
    if (!control.isGroup) title.htmlFor = id;
    const before = make("p", { className: "decide-before", hidden: true });
    const element = make(control.isGroup ? "fieldset" : "div", { className: "decide-question" }, [title]);
    element.dataset.fact = name;
    if (control.hint) element.append(make("p", { className: "decide-hint", textContent: control.hint }));
    element.append(...control.inputs, before);
    if (fact.help) {
      const summary = make("summary", { textContent: texts.what_counts });
      element.append(make("details", {}, [summary, make("p", { className: "help", textContent: fact.help })]));
    }
    const mark = (reported, value) => {
      before.hidden = isSame(reported, value);
      before.textContent = before.hidden ? "" : fill(texts.in_report, { value: sayAnswer(fact, reported, texts) });
      element.classList.toggle("changed", !before.hidden);
    };
    return { name, element, show: control.show, read: control.read, mark };
  }

  // What became of a licence against the report, as the name of a group; null where nothing did.
  function findChange(was, now) {
    if (was.verdict === now.verdict) return null;
    if (now.verdict !== "not_needed") return now.verdict;
    return was.verdict === "undetermined" ? "settled" : "no_longer";
  }

  function findConditionChange(was, now) {
    const [before, after] = [was, now].map(({ verdict, isBlocked, open }) => {
      if (isBlocked) return "blocked";
      return verdict === "not_needed" || verdict === "undetermined" ? null : open.length ? "open" : "met";
    });
    return before === after || (before === null && after === "met") ? null : after;
  }

  const GROUPS = [
    "required", "recommended", "optional", "undetermined", "blocked", "open", "met", "no_longer", "settled",
  ];

  // The codes of each group of changes, in the order of GROUPS; groups without any are left out.
  function groupChanges(was, now) {
    const found = new Map(GROUPS.map((group) => [group, []]));
    for (const code of Object.keys(now)) {
      for (const find of [findChange, findConditionChange]) found.get(find(was[code], now[code]))?.push(code);
    }
    return [...found].filter(([, codes]) => codes.length);
  }

  function setUp(root) {
    const table = JSON.parse(document.getElementById("decisions").textContent);
    const { facts, texts, rules: licences } = table;
    const reported = new Map(Object.keys(facts).map((name) => [name, null]));
    for (const [name, value] of Object.entries(table.told)) reported.set(name, value);
    const told = new Map(reported);
    const judge = () => decide(table, Object.fromEntries(told));
    const reportedVerdicts = judge();
    let said = reportedVerdicts; // what the reader was told last
    const touched = new Set();
    let timer = 0;

    const sayFact = (name) => facts[name].label;
    const sayFacts = (names) => names.map(sayFact).join(texts.list);
    const sayLicence = (code) => licences[code].name;

    // The form: open questions, questions that come up, main facts.
    const questions = new Map(Object.entries(facts).map(([name, fact]) => [name, makeQuestion(name, fact, texts)]));
    const place = (names) => names.map((name) => questions.get(name).element);
    const introduce = (textContent) => make("p", { className: "help", textContent });
    const makePart = (id, title, children) => {
      const heading = make("h3", { id, textContent: title, tabIndex: -1 });
      const part = make("section", { className: "decide-part" }, [heading, ...children]);
      part.setAttribute("aria-labelledby", id);
      return part;
    };
    const always = new Set([...table.open, ...table.main]);
    const [first, folded] = [table.open.slice(0, FIRST_OPEN), table.open.slice(FIRST_OPEN)];
    const openPart = makePart("decide-open", texts.open_title, place(first));
    if (folded.length) {
      const summary = make("summary", { textContent: fill(texts.open_more, { count: folded.length }) });
      openPart.append(make("details", { className: "decide-folded" }, [summary, ...place(folded)]));
    }
    openPart.hidden = !table.open.length;
    const later = Object.keys(facts).filter((name) => !always.has(name));
    const raisedPart = makePart("decide-raised", texts.raised_title, [introduce(texts.raised_intro), ...place(later)]);
    const mainPart = makePart("decide-main", texts.main_title, [introduce(texts.main_intro), ...place(table.main)]);
    mainPart.hidden = !table.main.length;
    const form = make("div", { className: "decide-form" }, [openPart, mainPart, raisedPart]);

    // The result: how many of each verdict, what has just changed, and all that differs from the report.
    const counts = new Map(VERDICTS.map((verdict) => [verdict, make("b")]));
    const tiles = VERDICTS.map((verdict) => {
      const label = make("span", { textContent: table.verdicts[verdict] });
      return make("li", { className: verdict }, [counts.get(verdict), label]);
    });
    const status = make("p", { className: "decide-said", textContent: texts.same_as_report });
    status.setAttribute("role", "status");
    status.setAttribute("aria-live", "polite");
    const warning = make("div", { className: "warning", hidden: true });
    warning.setAttribute("role", "alert");
    const reset = make("button", { type: "button", textContent: texts.reset });
    const toChanges = make("a", { className: "decide-to-changes", href: "#decide-changes" });
    const toRaised = make("a", { href: "#decide-raised" });
    const actions = make("p", { className: "decide-actions" }, [reset, toChanges, toRaised]);
    const heading = make("h3", { id: "decide-result", textContent: texts.result_title });
    const strip = make("div", { className: "decide-strip" }, [
      heading, make("ul", { className: "decide-counts" }, tiles), status, actions,
    ]);
    const changes = make("div", { className: "decide-changes" });
    const result = make("section", { className: "decide-result" }, [strip, changes]);
    result.setAttribute("aria-labelledby", "decide-result");
    root.replaceChildren(result, form);

    function describe(group, code, now) {
      const { missing, because, open } = now[code];
      const status = licences[code].status;
      const held = status ? ` ${fill(texts.held, { status: table.statuses[status] })}` : "";
      const item = make("li", { textContent: sayLicence(code) + held });
      const names = { undetermined: missing, blocked: because, open }[group] ?? [];
      if (names.length) {
        const note = fill(group === "blocked" ? texts.because_of : texts.depends_on, { labels: sayFacts(names) });
        item.append(make("span", { className: "help", textContent: note }));
      }
      return item;
    }

    function listChanges(now, changed, groups) {
      if (!changed.length) return [];
      const list = (title, group, items) => [make("h4", { textContent: title }), make("ul", { className: group }, items)];
      const answers = changed.map((name) => {
        const [old, value] = [reported, told].map((from) => sayAnswer(facts[name], from.get(name), texts));
        return make("li", { textContent: fill(texts.change, { label: sayFact(name), old, new: value }) });
      });
      return [
        make("h3", { id: "decide-changes", textContent: texts.changes_title, tabIndex: -1 }),
        ...(groups.length ? [] : [make("p", { textContent: texts.same_result })]),
        ...groups.flatMap(([group, codes]) =>
          list(texts.groups[group], group, codes.map((code) => describe(group, code, now)))),
        ...list(texts.changed_facts, "answers", answers),
        make("p", { className: "note", textContent: texts.notice }),
      ];
    }

    function sayNames(names) {
      if (names.length <= MOST_NAMES) return names.join(texts.list);
      const shown = names.slice(0, MOST_NAMES).join(texts.list);
      return fill(texts.said_more, { names: shown, count: names.length - MOST_NAMES });
    }

    // Says what follows from the last answers, once the reader pauses.
    function announce(now) {
      const answers = [...touched].map((name) =>
        fill(texts.said_fact, { label: sayFact(name), value: sayAnswer(facts[name], told.get(name), texts) }));
      const groups = groupChanges(said, now).map(([group, codes]) =>
        fill(texts.said_group, { group: texts.groups[group], names: sayNames(codes.map(sayLicence)) }));
      status.textContent = [...answers, ...(groups.length ? groups : [texts.said_nothing])].join(" ");
      said = now;
      touched.clear();
    }

    function update() {
      const now = judge();
      const changed = [...told.keys()].filter((name) => !isSame(told.get(name), reported.get(name)));
      for (const [name, { mark }] of questions) mark(reported.get(name), told.get(name));
      for (const verdict of VERDICTS) {
        const [count, before] = [now, reportedVerdicts].map(
          (verdicts) => Object.values(verdicts).filter((one) => one.verdict === verdict).length);
        const moved = make("i", { textContent: count === before ? "" : `${count > before ? "+" : "−"}${Math.abs(count - before)}` });
        counts.get(verdict).replaceChildren(String(count), moved);
      }
      const contradictions = findContradictions(table, Object.fromEntries(told));
      const doubtful = contradictions.flatMap(({ when }) => readRule(when, facts).names);
      const asked = new Set([...changed, ...doubtful, ...Object.values(now).flatMap(({ missing, open }) => [...missing, ...open])]);
      const raised = later.filter((name) => asked.has(name));
      for (const name of later) questions.get(name).element.hidden = !asked.has(name);
      raisedPart.hidden = toRaised.hidden = !raised.length;
      toRaised.textContent = fill(texts.see_raised, { count: raised.length });
      const groups = groupChanges(reportedVerdicts, now);
      toChanges.hidden = !changed.length;
      toChanges.textContent = fill(texts.see_changes, { count: groups.reduce((sum, [, codes]) => sum + codes.length, 0) });
      reset.hidden = !changed.length;
      changes.replaceChildren(...listChanges(now, changed, groups));
      const messages = contradictions.map(({ message }) => message);
      if (!isSame(messages, [...warning.querySelectorAll("li")].map((item) => item.textContent))) {
        const items = messages.map((message) => make("li", { textContent: message }));
        warning.replaceChildren(make("strong", { textContent: texts.contradiction }), make("ul", {}, items));
        warning.hidden = !messages.length;
      }
      return now;
    }

    function change(name) {
      const value = questions.get(name).read();
      if (isSame(value, told.get(name))) return;
      told.set(name, value);
      touched.add(name);
      const now = update();
      clearTimeout(timer);
      timer = setTimeout(announce, QUIET_MS, now);
    }

    function showReport() {
      for (const [name, question] of questions) {
        told.set(name, reported.get(name));
        question.show(reported.get(name));
        question.read();
      }
    }

    for (const [name, { element }] of questions) {
      element.addEventListener("input", () => change(name));
    }
    reset.addEventListener("click", () => {
      clearTimeout(timer);
      touched.clear();
      showReport();
      said = update();
      status.textContent = texts.said_reset;
      status.focus();
    });
    status.tabIndex = -1;
    strip.insertBefore(warning, actions);
    showReport();
    update();
  }

  if (typeof module === "object") module.exports = { decide, findContradictions };
  else {
    const root = document.getElementById("decide-page");
    if (root) setUp(root);
  }
})();
