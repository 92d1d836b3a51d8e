/** A chart with its title, and a menu that saves it as a picture. */

import type { ComponentChildren, RefObject } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

import { savePng, saveSvg } from "./save";

interface Props {
  name: string; // plain words: the file's name
  label: string; // for those who hear it
  height: number | ((width: number) => number);
  children: (width: number) => ComponentChildren;
  onPoint?: (x: number, y: number, width: number) => void; // a click, in the chart's own units
}

/** The width of an element in CSS pixels, followed. */
export function useWidth(): [RefObject<HTMLDivElement | null>, number] {
  const ref = useRef<HTMLDivElement>(null);
  const [width, set] = useState(640);
  useLayoutEffect(() => {
    const measured = (found: number) => found >= 1 && set(Math.floor(found));
    const observer = new ResizeObserver((entries) => entries.forEach((entry) => measured(entry.contentRect.width)));
    if (ref.current) {
      measured(ref.current.clientWidth); // once; later without asking for a layout
      observer.observe(ref.current);
    }
    return () => observer.disconnect();
  }, []);
  return [ref, width];
}

export function Figure({ name, label, height, children, onPoint }: Props) {
  const [box, width] = useWidth();
  const picture = useRef<SVGSVGElement>(null);
  const tall = typeof height === "number" ? height : height(width);
  const point = (event: MouseEvent) => {
    const frame = picture.current!.getBoundingClientRect();
    const across = ((event.clientX - frame.left) * width) / frame.width;
    onPoint?.(across, ((event.clientY - frame.top) * tall) / frame.height, width);
  };
  return (
    <div class="figure" ref={box}>
      <svg
        ref={picture} class={onPoint ? "chart picks" : "chart"} viewBox={`0 0 ${width} ${tall}`}
        width={width} height={tall} role="img" aria-label={label} onClick={onPoint && point}
      >
        {children(width)}
      </svg>
      <details class="save">
        <summary aria-label={`save picture: ${name}`}>save picture</summary>
        <button type="button" onClick={() => saveSvg(picture.current!, name)}>SVG</button>
        <button type="button" onClick={() => savePng(picture.current!, name)}>PNG</button>
      </details>
    </div>
  );
}
