// Follows DataTables with its extension Select in one module. Select listens to its table under the name of DataTables
// itself, and goes on with it when the table is made anew: each change of the rows took longer than the one before.
// Under its own name it takes along all that it has begun to listen to.
if (window.$?.fn?.dataTable?.select) {
  const { $ } = window;
  const begins = "i18n.dt.dtSelect preInit.dt.dtSelect"; // at the first of which Select begins
  $(document).off(begins).on(begins, (event, settings) => {
    if (event.namespace !== "dt") return;
    const { on } = $.fn;
    $.fn.on = function (events, ...more) {
      const named = typeof events === "string" ? events.replace(/\.dt(?= |$)/g, ".dt.dtSelect") : events;
      return on.call(this, named, ...more);
    };
    try {
      $.fn.dataTable.select.init(new $.fn.dataTable.Api(settings));
    } finally {
      $.fn.on = on;
    }
  });
}
