/** 0 … of in pages of nine, the highest numbers first: most students are usually on task. */
export function padPages(of: number, size = 9): number[][] {
  const pages: number[][] = [];
  for (let top = of; top >= 0; top -= size) {
    const bottom = Math.max(0, top - size + 1);
    pages.push(Array.from({ length: top - bottom + 1 }, (_, at) => bottom + at));
  }
  return pages;
}
