// Keeps the part that changes fresh, and copies the address. The page works without it.
const part = document.getElementById("progress");
setInterval(async () => {
  if (document.hidden || part.contains(document.activeElement)) return;
  const answer = await fetch(part.dataset.source).catch(() => null);
  if (answer && answer.ok) part.innerHTML = await answer.text();
}, 2000);

for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", async () => {
    const field = document.getElementById(button.dataset.copy);
    field.select();
    await navigator.clipboard.writeText(field.value).catch(() => document.execCommand("copy"));
    button.textContent = "Copiado";
  });
}
