// Whether an expression of the rules holds for answers of which some are not told, as logic.py says it.
"use strict";

const LicencesLogic = (() => {
  const OTHER = "…";
  const COMPARISONS = {
    is: (told) => told,
    has: (told, value) => told.includes(value),
    "<": (told, value) => told < value,
    "<=": (told, value) => told <= value,
    ">": (told, value) => told > value,
    ">=": (told, value) => told >= value,
    "==": (told, value) => (Array.isArray(told) ? told.length === 0 : told === value), // a set: with none alone
  };

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
    const ends = [-Infinity, ...bounds, Infinity];
    const between = ends.slice(1).map((below, at) => chooseBetween(min, max, ends[at], below));
    const reached = bounds.filter((number) => min <= number && number <= max);
    return [...reached, ...between.filter((number) => number !== null)];
  }

  // A typical answer strictly between two bounds and within the limits, null where there is none.
  function chooseBetween(min, max, above, below) {
    const middle = above === -Infinity ? below - 1 : below === Infinity ? above + 1 : (above + below) / 2;
    const whole = Math.trunc(middle);
    const typical = above < whole && whole < below ? whole : middle;
    const point = Math.min(Math.max(typical, min), max);
    return above < point && point < below ? point : null;
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

  return { readRule, tryAnswers };
})();

if (typeof module === "object" && module.exports) module.exports = LicencesLogic;
