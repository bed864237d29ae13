const one = selector => document.querySelector(selector), said = text => { one("#said").textContent = text };
one("form").onsubmit = event => { event.preventDefault(); said(JSON.stringify(Object.fromEntries(new FormData(event.target)))) };
let row = "", changes = 0;
one("select").onchange = () => changes++;
for (const button of document.querySelectorAll(".end"))
    button.onclick = () => { row = button.closest("tr").innerText.trim(); one("dialog").showModal() };
one("#yes").onclick = () => { one("dialog").close(); said(`ended ${row}, ${changes} changes`) };
one("#no").onclick = () => one("dialog").close();
one("#export").onclick = () => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob(["a,b\n"], { type: "text/csv" }));
    link.download = "list.csv";
    link.click();
};
const tabs = [...document.querySelectorAll("[role=tab]")];
for (const tab of tabs) {
    tab.onkeydown = event => { if (event.key === "ArrowRight") tabs[1].focus(); if (event.key === "ArrowLeft") tabs[0].focus() };
    tab.onclick = () => said(`tab ${tab.textContent}`);
}
one("#fetch").onclick = () => fetch("/api/thing").then(answer => said(`status ${answer.status}`), () => said("no connection"));
