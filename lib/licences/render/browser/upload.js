// A file of the consultant's machine: chosen with a button or dropped anywhere on the explorer, sent in pieces.
const PIECE = 512 * 1024;

async function send(model, file) {
  if (file.size > model.get("most_bytes")) {
    model.send({ name: file.name, too_large: true });
    return;
  }
  const content = await file.arrayBuffer();
  const pieces = Math.max(1, Math.ceil(content.byteLength / PIECE));
  for (let at = 0; at < pieces; at += 1) {
    const piece = content.slice(at * PIECE, (at + 1) * PIECE);
    model.send({ name: file.name, at, pieces }, undefined, [piece]);
  }
}

function render({ model, el }) {
  const label = document.createElement("label");
  const text = document.createElement("span");
  const input = document.createElement("input");
  label.className = "licences-upload";
  input.type = "file";
  input.accept = model.get("accept");
  label.append(text, input);
  const update = () => { text.textContent = model.get("label"); label.title = model.get("hint"); };
  model.on("change:label change:hint", update);
  update();
  input.addEventListener("change", () => {
    if (input.files.length) send(model, input.files[0]);
    input.value = "";
  });
  const find = (event) => event.target?.closest?.(".licences-explorer");
  const holdsFile = (event) => event.dataTransfer?.types.includes("Files");
  const over = (event) => {
    const page = find(event);
    if (!page || !holdsFile(event)) return;
    event.preventDefault();
    event.stopPropagation();
    page.classList.add("licences-dropping");
  };
  const leave = (event) => {
    const page = find(event);
    if (page && !page.contains(event.relatedTarget)) page.classList.remove("licences-dropping");
  };
  const drop = (event) => {
    const page = find(event);
    if (!page || !holdsFile(event)) return;
    event.preventDefault();
    event.stopPropagation();
    page.classList.remove("licences-dropping");
    send(model, event.dataTransfer.files[0]);
  };
  // Before anybody else hears of it: JupyterLab would upload the file into its folder.
  document.addEventListener("dragover", over, true);
  document.addEventListener("dragleave", leave, true);
  document.addEventListener("drop", drop, true);
  el.append(label);
  return () => {
    document.removeEventListener("dragover", over, true);
    document.removeEventListener("dragleave", leave, true);
    document.removeEventListener("drop", drop, true);
  };
}
export default { render };
