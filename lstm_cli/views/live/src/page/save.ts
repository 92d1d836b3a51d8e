/** A chart as a file: it carries its own colours, on white, whatever the screen shows. */

const CARRIED = [
  "fill", "stroke", "stroke-width", "stroke-dasharray", "opacity", "fill-opacity", "font-size",
  "font-weight", "text-anchor",
] as const;
const FONT = "system-ui, -apple-system, 'Segoe UI', sans-serif";
const SHARPNESS = 2; // pixels of a PNG for each of the chart's

export function saveSvg(chart: SVGSVGElement, name: string): void {
  download(new Blob([standalone(chart)], { type: "image/svg+xml" }), `${fileName(name)}.svg`);
}

export function savePng(chart: SVGSVGElement, name: string): void {
  const { width, height } = chart.viewBox.baseVal;
  const source = URL.createObjectURL(new Blob([standalone(chart)], { type: "image/svg+xml" }));
  const image = new Image();
  image.onload = () => {
    const canvas = document.createElement("canvas");
    canvas.width = SHARPNESS * width;
    canvas.height = SHARPNESS * height;
    canvas.getContext("2d")!.drawImage(image, 0, 0, canvas.width, canvas.height);
    URL.revokeObjectURL(source);
    canvas.toBlob((blob) => blob && download(blob, `${fileName(name)}.png`), "image/png");
  };
  image.src = source;
}

/** The chart's text: every style that it has from the page, written into it. */
function standalone(chart: SVGSVGElement): string {
  const copy = chart.cloneNode(true) as SVGSVGElement;
  document.documentElement.classList.add("paper"); // its colours on white, while they are read
  const shown = [...chart.querySelectorAll<SVGElement>("*")];
  const copies = [...copy.querySelectorAll<SVGElement>("*")];
  shown.forEach((element, place) => carry(element, copies[place]));
  document.documentElement.classList.remove("paper");
  const { width, height } = chart.viewBox.baseVal;
  const back = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  for (const [key, value] of Object.entries({ width, height, fill: "#ffffff" })) {
    back.setAttribute(key, String(value));
  }
  const title = document.createElementNS("http://www.w3.org/2000/svg", "title");
  title.textContent = chart.getAttribute("aria-label");
  copy.prepend(title, back);
  copy.removeAttribute("class");
  copy.setAttribute("font-family", FONT);
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  return new XMLSerializer().serializeToString(copy);
}

function carry(from: SVGElement, to: SVGElement): void {
  const style = getComputedStyle(from);
  for (const name of CARRIED) to.setAttribute(name, style.getPropertyValue(name));
  to.removeAttribute("class");
}

function fileName(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-+|-+$/g, "").slice(0, 60) || "chart";
}

function download(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
