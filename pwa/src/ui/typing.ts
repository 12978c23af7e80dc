import { options, type VNode } from 'preact';

const FIELDS = new Set<unknown>(['input', 'textarea', 'select']);

/**
 * To come back to a tab, browsers write what stands in its fields into files of their own, in the clear; not so
 * where a field is said to be not for completing.
 */
export function keepTypingOutOfFiles(): void {
  const before = options.vnode;
  options.vnode = (vnode: VNode) => {
    const props = vnode.props as { autocomplete?: string };
    if (FIELDS.has(vnode.type)) props.autocomplete ??= 'off';
    before?.(vnode);
  };
}
