// Keeps the sections that change fresh, and copies the address. The page works without it.
const part = document.getElementById("progress");
setInterval(async () => {
  if (document.hidden) return;
  const answer = await fetch(part.dataset.source).catch(() => null);
  if (!answer || !answer.ok) return;
  const fresh = document.createElement("div");
  fresh.innerHTML = await answer.text();
  for (const section of fresh.children) {
    const shown = document.getElementById(section.id);
    // What is the same stays, so that nothing is read out or unselected for nothing.
    if (shown.innerHTML !== section.innerHTML && !shown.contains(document.activeElement)) {
      shown.innerHTML = section.innerHTML;
    }
  }
}, 2000);

for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", async () => {
    const field = document.getElementById(button.dataset.copy);
    field.select();
    await navigator.clipboard.writeText(field.value).catch(() => document.execCommand("copy"));
    button.textContent = "Copiado";
  });
}
