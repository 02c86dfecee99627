// A file that the kernel has made, handed to the browser through the kernel's own channel.
function render({ model }) {
  const hand = (content, buffers) => {
    if (!buffers?.length) return;
    const address = URL.createObjectURL(new Blob([buffers[0]], { type: content.type }));
    const link = document.createElement("a");
    link.href = address;
    link.download = content.name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 60000);
  };
  model.on("msg:custom", hand);
  return () => model.off("msg:custom", hand);
}
export default { render };
