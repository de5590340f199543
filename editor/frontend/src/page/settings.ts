/** Theme and keys: kept in a cookie, so that the server writes the attribute before the first paint. */

const YEAR = 365 * 24 * 3600;

function chosen(control: HTMLInputElement | HTMLSelectElement): string {
  if (control instanceof HTMLInputElement && control.type === "checkbox") return control.checked ? "on" : "off";
  return control.value;
}

/** `data-setting="theme"` on a select, radio or checkbox. */
export function listenForSettings(): void {
  document.addEventListener("change", (event) => {
    const control = event.target as HTMLInputElement | HTMLSelectElement;
    const name = control.dataset["setting"];
    if (!name) return;
    document.documentElement.dataset[name] = chosen(control);
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `${name}=${chosen(control)}; Path=/; Max-Age=${YEAR}; SameSite=Lax${secure}`;
  });
}
