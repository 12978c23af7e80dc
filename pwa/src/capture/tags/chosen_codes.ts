/** In the order of the protocol, so that the same choice is the same bytes. */
export function toggleCode(
  codes: readonly string[],
  code: string,
  order: readonly string[],
): string[] {
  const chosen = new Set(codes);
  if (!chosen.delete(code)) chosen.add(code);
  return order.filter((one) => chosen.has(one));
}
