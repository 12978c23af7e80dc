import { afterEach, expect, test, vi } from 'vitest';
import { hearTouches, tellTouches } from '../../pwa/src/sync/page_touch.ts';

const stops: (() => void)[] = [];

class Channel {
  static readonly open: Channel[] = [];
  onmessage: ((message: { data: unknown }) => void) | null = null;
  readonly name: string;
  constructor(name: string) {
    this.name = name;
    Channel.open.push(this);
  }
  postMessage(data: unknown): void {
    for (const other of Channel.open) {
      if (other !== this && other.name === this.name) other.onmessage?.({ data });
    }
  }
  close(): void {
    Channel.open.splice(Channel.open.indexOf(this), 1);
  }
}

afterEach(() => {
  for (const stop of stops.splice(0)) stop();
  Channel.open.length = 0;
  vi.unstubAllGlobals();
});

function hearing(person_id: string) {
  vi.stubGlobal('BroadcastChannel', Channel);
  const heard = vi.fn();
  stops.push(hearTouches(person_id, heard));
  return heard;
}

function pageOf(person_id: string | undefined): EventTarget {
  const page = new EventTarget();
  tellTouches(page, person_id);
  return page;
}

test('who works on her pages keeps her own app open, and nobody else’s', () => {
  const [lee, okafor] = [hearing('lee'), hearing('okafor')];
  pageOf('lee').dispatchEvent(new Event('pointerdown'));
  expect(lee).toHaveBeenCalledOnce();
  expect(okafor).not.toHaveBeenCalled();
});

test('a page on which nobody is signed in says nothing', () => {
  vi.stubGlobal('BroadcastChannel', Channel);
  const heard = vi.fn();
  new Channel('noticing pages').onmessage = heard;
  pageOf(undefined).dispatchEvent(new Event('pointerdown'));
  pageOf('').dispatchEvent(new Event('keydown'));
  expect(heard).not.toHaveBeenCalled();
});

test('a touch that names nobody keeps nothing open', () => {
  const heard = hearing('lee');
  new Channel('noticing pages').postMessage('touched');
  expect(heard).not.toHaveBeenCalled();
});
