import { type ComponentChild, render } from 'preact';
import { vi } from 'vitest';

/** As much of a page as Preact needs, so that a screen can be read and used without a browser. */
class PageNode {
  parentNode: PageElement | null = null;
  data = '';
  readonly nodeType: number;
  readonly localName: string;

  constructor(nodeType: number, localName = '') {
    this.nodeType = nodeType;
    this.localName = localName;
  }

  get ownerDocument() {
    return page_document;
  }
  get nextSibling(): PageNode | null {
    const beside = this.parentNode?.childNodes ?? [];
    return beside[beside.indexOf(this) + 1] ?? null;
  }
  get text(): string {
    return this.data;
  }
  remove(): void {
    this.parentNode?.removeChild(this);
  }
}

export class PageElement extends PageNode {
  readonly childNodes: PageNode[] = [];
  readonly attributes = new Map<string, string>();
  readonly #listeners = new Map<string, (event: unknown) => unknown>();
  value = '';
  disabled = false;
  open = false;

  get firstChild(): PageNode | null {
    return this.childNodes[0] ?? null;
  }
  get isConnected(): boolean {
    return true;
  }
  override get text(): string {
    const label = this.attributes.get('aria-label');
    return label ?? this.childNodes.map((child) => child.text).join('');
  }
  insertBefore(child: PageNode, before: PageNode | null): void {
    child.remove();
    const at = before ? this.childNodes.indexOf(before) : -1;
    this.childNodes.splice(at < 0 ? this.childNodes.length : at, 0, child);
    child.parentNode = this;
  }
  appendChild(child: PageNode): void {
    this.insertBefore(child, null);
  }
  removeChild(child: PageNode): void {
    this.childNodes.splice(this.childNodes.indexOf(child), 1);
    child.parentNode = null;
  }
  setAttribute(name: string, value: string): void {
    this.attributes.set(name, value);
  }
  removeAttribute(name: string): void {
    this.attributes.delete(name);
  }
  addEventListener(name: string, heard: (event: unknown) => unknown): void {
    this.#listeners.set(name, heard);
  }
  removeEventListener(name: string): void {
    this.#listeners.delete(name);
  }
  dispatch(type: string): void {
    const event = { type, currentTarget: this, target: this, preventDefault: () => undefined };
    this.#listeners.get(type)?.call(this, event);
  }
  focus(): void {}
  showModal(): void {
    this.open = true;
  }
  close(): void {
    this.open = false;
  }
  /** A link that is followed by code. */
  click(): void {
    if (this.localName === 'a') followed.push(this);
    else this.dispatch('click');
  }
  all(name: string): PageElement[] {
    return this.childNodes.flatMap((child) =>
      child instanceof PageElement
        ? [...(child.localName === name ? [child] : []), ...child.all(name)]
        : [],
    );
  }
}

const followed: PageElement[] = [];

const page_document = {
  activeElement: null,
  addEventListener: () => undefined,
  removeEventListener: () => undefined,
  createElement: (name: string) => new PageElement(1, name),
  createElementNS: (_space: string, name: string) => new PageElement(1, name),
  createTextNode(data: string) {
    return Object.assign(new PageNode(3), { data });
  },
};

export interface Shown {
  /** All that can be read or heard. */
  text(): string;
  button(name: string): PageElement;
  has(name: string): boolean;
  /** Presses a button and waits until everything that followed is shown. */
  press(name: string): Promise<void>;
  /** Types into the field with this label. */
  type(label: string, typed: string): Promise<void>;
  submit(): Promise<void>;
  /** Links that code followed: what was saved, under which name. */
  readonly followed: readonly { href: string; download: string }[];
}

export function show(screen: ComponentChild): Shown {
  vi.stubGlobal('document', page_document);
  vi.stubGlobal('HTMLElement', PageElement);
  vi.stubGlobal('location', new URL('http://localhost:8000/app/'));
  vi.stubGlobal('requestAnimationFrame', (act: () => void) => setTimeout(act, 0));
  vi.stubGlobal('cancelAnimationFrame', clearTimeout);
  followed.length = 0;
  const root = new PageElement(1, 'body');
  render(screen, root as unknown as HTMLElement);
  const buttons = () => root.all('button');
  const find = (name: string) => {
    const found = buttons().find((one) => one.text === name);
    if (!found) throw new Error(`no "${name}" among ${buttons().map((one) => one.text)}`);
    return found;
  };
  const settle = () => new Promise((resolve) => setTimeout(resolve, 30));
  return {
    text: () => root.text,
    button: find,
    has: (name) => buttons().some((one) => one.text === name),
    async press(name) {
      const button = find(name);
      if (button.disabled) throw new Error(`"${name}" cannot be pressed`);
      button.dispatch('click');
      await settle();
    },
    async type(label, typed) {
      const field = root.all('label').find((one) => one.text.startsWith(label));
      const input = field?.all('input')[0];
      if (!input) throw new Error(`no field "${label}"`);
      input.value = typed;
      input.dispatch('input');
      await settle();
    },
    async submit() {
      root.all('form')[0]?.dispatch('submit');
      await settle();
    },
    followed: followed as unknown as Shown['followed'],
  };
}
