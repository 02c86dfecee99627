// Tells the kernel that a browser shows the page.
export default { render: ({ model }) => model.send({ seen: true }) };
