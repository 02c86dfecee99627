// Answers on their way back: the file and the text for a mail that licences intake reads.
"use strict";

const LicencesAnswers = (() => {
  const FORMAT = 1;
  const [BEGIN, END] = ["-----BEGIN LICENCES ANSWERS-----", "-----END LICENCES ANSWERS-----"];

  // An answer as the cell of a clients file has it.
  function writeCell(value) {
    if (typeof value === "boolean") return value ? "yes" : "no";
    if (Array.isArray(value)) return [...value].sort().join(";") || "none";
    return String(value);
  }

  // The day where the reader sits, which is not that of Greenwich.
  function findToday() {
    const now = new Date();
    const parts = [now.getFullYear(), now.getMonth() + 1, now.getDate()];
    return parts.map((part) => String(part).padStart(2, "0")).join("-");
  }

  // What is sent back. origin: of which client, edition, day and language the questions are. answers: pairs
  // of a fact and its value. unsure: facts asked of which the reader is not sure. remarks: pairs too.
  function makeAnswers(origin, { by = "", name = origin.name, answers, unsure, remarks = [] }) {
    const { client, edition, lang, made_on } = origin;
    return {
      licences_answers: FORMAT, client, name, edition, lang, made_on, answered_on: findToday(), by,
      answers: Object.fromEntries([...answers].map(([fact, value]) => [fact, writeCell(value)])),
      unsure: [...unsure],
      remarks: Object.fromEntries(remarks),
    };
  }

  const writeFile = (answers) => `${JSON.stringify(answers, null, 1)}\n`;
  const writeMail = (answers, intro) => `${intro}\n\n${BEGIN}\n${writeFile(answers)}${END}\n`;
  const nameFile = ({ client }) => `answers-${client || "new"}.json`;

  function save(answers) {
    const file = new Blob([writeFile(answers)], { type: "application/json" });
    const link = document.createElement("a");
    link.href = URL.createObjectURL(file);
    link.download = nameFile(answers);
    link.hidden = true;
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  }

  // Copies a text; where the browser does not let us, it is shown in `box`, ready to be copied by hand.
  async function copy(text, box) {
    try {
      await navigator.clipboard.writeText(text);
      box.hidden = true;
      return true;
    } catch {
      box.hidden = false;
      box.value = text;
      box.focus();
      box.select();
      return false;
    }
  }

  return { makeAnswers, writeMail, nameFile, save, copy };
})();

if (typeof module === "object" && module.exports) module.exports = LicencesAnswers;
