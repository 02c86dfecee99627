// Fits a figure to its place: an own layout on a narrow screen or on paper, own colours on a dark page.
// What is otherwise there stands in the figure, under layout.meta; a figure that is not ours stays as it is.
function fitFigure({ data, layout }, place, isDark = false) {
  const isPlain = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
  const merge = (base, patch) => {
    if (!isPlain(base) || !isPlain(patch)) return patch;
    const merged = { ...base };
    for (const [key, value] of Object.entries(patch)) merged[key] = merge(base[key], value);
    return merged;
  };
  const meta = isPlain(layout.meta) ? layout.meta : {};
  const own = meta[place] ?? {};
  const mergeEach = (base = [], patches = []) => patches.map((patch, at) => merge(base[at] ?? {}, patch));
  const fitted = {
    data: own.data ? mergeEach(data, own.data) : data,
    layout: merge({ ...layout, template: null, meta: { alt: meta.alt, name: meta.name } }, own.layout ?? {}),
  };
  if (own.annotations) fitted.layout.annotations = mergeEach(layout.annotations, own.annotations);
  if (!isDark || !meta.dark) return fitted;
  const colours = (text) => text.replace(/#[0-9a-f]{6}/g, (colour) => meta.dark[colour] ?? colour);
  return JSON.parse(colours(JSON.stringify(fitted)));
}
