// Keeps the connection state of the configuration page fresh, and copies the stock webhook address.
(() => {
  const refresh = async () => {
    const shown = document.getElementById("situation");
    if (!shown) return;
    try {
      const answer = await fetch(location.pathname.replace(/configurar$/, "situacao"), { redirect: "error" });
      const text = answer.ok ? (await answer.text()).trim() : "";
      // Left alone while unchanged, so that a selection in the address field survives.
      if (text && text !== refresh.last) {
        if (refresh.last !== undefined || text !== shown.outerHTML) shown.outerHTML = text;
        refresh.last = text;
      }
    } catch { /* the next round tries again */ }
    plan();
  };
  const plan = () => {
    const shown = document.getElementById("situation");
    if (shown) setTimeout(refresh, shown.dataset.final === "yes" ? 5000 : 1000);
  };
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const field = document.getElementById(button.dataset.copy);
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      document.execCommand("copy");
    }
    button.textContent = "Copiado";
    setTimeout(() => { button.textContent = "Copiar"; }, 2000);
  });
  plan();
})();
