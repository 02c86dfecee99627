// A link to a report that travels through the kernel's own channel: no file is served to anyone else.
function render({ model, el }) {
  const link = document.createElement("a");
  link.className = "licences-report-link";
  link.target = "_blank";
  link.rel = "noopener";
  let address = null;
  function update() {
    if (address) URL.revokeObjectURL(address);
    const page = model.get("page");
    address = page ? URL.createObjectURL(new Blob([page], { type: "text/html;charset=utf-8" })) : null;
    link.hidden = !address;
    link.href = address ?? "";
    link.textContent = model.get("label");
    link.title = model.get("name");
  }
  model.on("change:page change:label change:name", update);
  update();
  el.append(link);
  return () => address && URL.revokeObjectURL(address);
}
export default { render };
