import { signal } from '@preact/signals';
import { h } from 'preact';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type HandOverProps, HandOverScreen } from '../../pwa/src/home/leave/hand_over_screen.tsx';
import { LeaveScreen } from '../../pwa/src/home/leave/leave_screen.tsx';
import { findHindrance } from '../../pwa/src/home/leave/leaving.ts';
import { WhoWorksScreen } from '../../pwa/src/home/leave/who_works.tsx';
import { EndedScreen } from '../../pwa/src/home/lock/ended_screen.tsx';
import { PinScreen, type PinScreenProps } from '../../pwa/src/home/lock/pin_screen.tsx';
import { PinSection } from '../../pwa/src/home/lock/pin_section.tsx';
import { EncryptionNotice, ReadingEnded } from '../../pwa/src/home/lock/reading_notices.tsx';
import { RescueButton, sizeText } from '../../pwa/src/ui/rescue_button.tsx';
import type { Device } from '../../pwa/src/visits/device.ts';
import { DeviceContext } from '../../pwa/src/visits/device_context.ts';
import { show } from './page.ts';

const TWELVE = { n: 12, oldest_ms: 3 * 60_000 };
const TWELVE_SAVED = {
  ...{ text: '{}', n: 12, photos: 0, left: 0, staying: 0 },
  ...{ is_whole: true, all: 12 },
};
const NONE = { n: 0, oldest_ms: null };

afterEach(() => vi.unstubAllGlobals());

describe('a locked tablet', () => {
  function locked(given: Partial<PinScreenProps> = {}) {
    const heard: string[] = [];
    const props: PinScreenProps = {
      name: 'Coach Lee',
      tries_left: 5,
      waiting: TWELVE,
      onUnlock: async (pin) => {
        heard.push(pin);
        return pin === '273905' ? 'open' : 'wrong';
      },
      onOthers: null,
      onForgotten: () => heard.push('forgotten'),
      ...given,
    };
    return { heard, screen: show(h(PinScreen, props)) };
  }

  test('says whose it is and that what waits goes out all the same', () => {
    const { screen } = locked();
    expect(screen.text()).toContain('Coach Lee');
    expect(screen.text()).toContain('12 entries on this tablet only, oldest 3 minutes.');
    expect(screen.text()).toContain('locked or not');
    expect(screen.has('Somebody else')).toBe(false);
  });

  test('opens with the digits that were tapped', async () => {
    const { heard, screen } = locked();
    for (const digit of '2739056') await screen.press(digit);
    await screen.press('Delete the last digit');
    await screen.submit();
    expect(heard).toEqual(['273905']);
  });

  test('opens with a keyboard, and takes digits only', async () => {
    const { heard, screen } = locked();
    await screen.type('Your PIN', '27a39 05');
    await screen.submit();
    expect(heard).toEqual(['273905']);
  });

  test('does not try what is too short to be one', async () => {
    const { heard, screen } = locked();
    await screen.type('Your PIN', '273');
    expect(screen.button('Open').disabled).toBe(true);
    await screen.submit();
    expect(heard).toEqual([]);
  });

  test('says that it was wrong and begins anew', async () => {
    const { screen } = locked({ tries_left: 4 });
    await screen.type('Your PIN', '860417');
    await screen.submit();
    expect(screen.text()).toContain('That is not the PIN. 4 tries are left.');
    expect(screen.button('Open').disabled).toBe(true);
  });

  test('warns before the last try, also after a restart', () => {
    expect(locked({ tries_left: 1 }).screen.text()).toContain('One try is left.');
  });

  test('a storage that fails is not called a wrong PIN', async () => {
    const { screen } = locked({ onUnlock: () => Promise.reject(new Error('storage')) });
    await screen.type('Your PIN', '860417');
    await screen.submit();
    expect(screen.text()).toContain('could not read its storage');
  });

  test('leads to somebody else, and on from a forgotten PIN', async () => {
    const heard: string[] = [];
    const { screen } = locked({
      onOthers: () => heard.push('others'),
      onForgotten: () => heard.push('forgotten'),
    });
    await screen.press('Somebody else');
    await screen.press('Forgotten your PIN?');
    expect(heard).toEqual(['others', 'forgotten']);
  });

  test('that cannot read the name says so', () => {
    expect(locked({ name: null }).screen.text()).toContain('whose name this tablet cannot read');
  });
});

describe('when nothing opens it any more', () => {
  test('says that nothing is lost, and offers to go on without a network', async () => {
    const [onBegin, onSignIn] = [vi.fn(), vi.fn()];
    const screen = show(
      h(EndedScreen, { why: 'wrong_pin', waiting: TWELVE, onBack: null, onBegin, onSignIn }),
    );
    expect(screen.text()).toContain('is not lost');
    expect(screen.has('Back to the PIN')).toBe(false);
    await screen.press('Go on without signing in');
    expect(onBegin).toHaveBeenCalledOnce();
    await screen.press('Sign in with your password');
    expect(onSignIn).toHaveBeenCalledOnce();
  });

  test('who only said that she forgot it may go back', () => {
    const nothing = () => undefined;
    const ways = { onBack: nothing, onBegin: nothing, onSignIn: nothing };
    const screen = show(h(EndedScreen, { why: 'forgotten', waiting: NONE, ...ways }));
    expect(screen.has('Back to the PIN')).toBe(true);
  });
});

describe('the PIN in the account menu', () => {
  const quiet = { onRemove: () => undefined, onLock: () => undefined };

  async function choose(pin: string, again: string, said: 'set' | 'not_sealed' = 'set') {
    const onSet = vi.fn(async () => said);
    const screen = show(h(PinSection, { has_pin: false, can_have_pin: true, onSet, ...quiet }));
    await screen.press('Lock this tablet with a PIN');
    await screen.type('New PIN', pin);
    await screen.type('The same PIN again', again);
    await screen.submit();
    return { onSet, screen };
  }

  test('is set when it was said twice', async () => {
    const { onSet, screen } = await choose('273905', '273905');
    expect(onSet).toHaveBeenCalledWith('273905');
    expect(screen.has('Set the PIN')).toBe(false);
  });

  test.each([
    ['273905', '273906', 'The two are not the same.'],
    ['1234', '1234', 'Anybody would try that one first.'],
    ['27', '27', 'At least 4 digits.'],
    ['abcd', 'abcd', 'Digits only.'],
  ])('is not set from %s and %s: %s', async (pin, again, said) => {
    const { onSet, screen } = await choose(pin, again);
    expect(onSet).not.toHaveBeenCalled();
    expect(screen.text()).toContain(said);
  });

  test('stays open and says why when the tablet could not take it', async () => {
    const { screen } = await choose('273905', '273905', 'not_sealed');
    expect(screen.text()).toContain('once this tablet has reached the server');
    expect(screen.has('Set the PIN')).toBe(true);
  });

  test('is not offered before the server was met', () => {
    const onSet = async () => 'set' as const;
    const screen = show(h(PinSection, { has_pin: false, can_have_pin: false, onSet, ...quiet }));
    expect(screen.has('Lock this tablet with a PIN')).toBe(false);
    expect(screen.text()).toContain('once this tablet has reached the server');
  });

  test('once set, locks now, is changed or removed', async () => {
    const [onLock, onRemove] = [vi.fn(), vi.fn()];
    const onSet = async () => 'set' as const;
    const given = { has_pin: true, can_have_pin: true, onSet, onLock, onRemove };
    const screen = show(h(PinSection, given));
    expect(screen.text()).toContain('also shuts the server’s pages in this browser');
    await screen.press('Lock now');
    await screen.press('Remove the PIN');
    expect([onLock, onRemove].map((one) => one.mock.calls.length)).toEqual([1, 1]);
    expect(screen.has('Change the PIN')).toBe(true);
  });
});

describe('who works here', () => {
  test('names everybody with what each left on this tablet', async () => {
    const [onChoose, onSomebodyElse] = [vi.fn(), vi.fn()];
    const place = { tenant_name: 'Riverside', has_pin: true };
    const workers = [
      { person_id: 'lee', display_name: 'Coach Lee', waiting: TWELVE, ...place },
      { person_id: 'park', display_name: 'Dr Park', waiting: NONE, ...place, has_pin: false },
      { person_id: 'x', display_name: null, waiting: { n: null, oldest_ms: null }, ...place },
    ];
    const screen = show(h(WhoWorksScreen, { workers, onChoose, onSomebodyElse }));
    expect(screen.text()).toContain('12 entries on this tablet only, oldest 3 minutes.');
    expect(screen.text()).toContain('Everything made here is on the server.');
    expect(screen.text()).toContain('A person whose name this tablet cannot read');
    expect(screen.text()).toContain('cannot be counted');
    await screen.press('Dr ParkRiversideEverything made here is on the server.no PIN');
    expect(onChoose).toHaveBeenCalledWith('park');
    await screen.press('Sign in as somebody else');
    expect(onSomebodyElse).toHaveBeenCalledOnce();
  });
});

describe('before the tablet goes into other hands', () => {
  test.each([
    [{ n: 12, has_unsaved: false, rescued: 0 }, 'unsent', 'unsent'],
    [{ n: 12, has_unsaved: false, rescued: 11 }, 'unsent', 'unsent'],
    [{ n: 12, has_unsaved: false, rescued: 12 }, null, 'unsent'],
    [{ n: 12, has_unsaved: true, rescued: 12 }, 'not_saved', 'not_saved'],
    [{ n: null, has_unsaved: false, rescued: 0 }, 'not_counted', 'not_counted'],
    [{ n: 0, has_unsaved: true, rescued: 0 }, 'not_saved', 'not_saved'],
    [{ n: 0, has_unsaved: false, rescued: 0 }, null, null],
  ])('%o hinders handing over: %s, taking away: %s', (standing, hand_over, take_away) => {
    expect(findHindrance('hand_over', standing)).toBe(hand_over);
    expect(findHindrance('take_away', standing)).toBe(take_away);
  });

  function leaving(given: Partial<HandOverProps> = {}) {
    const props = {
      waiting: NONE,
      has_unsaved: false,
      reason: 'No network.',
      has_pin: true,
      rescue: { bytes: 14_200, is_sealed: true, onMake: async () => TWELVE_SAVED },
      onSendNow: vi.fn(),
      onHandOver: vi.fn(),
      onSignOut: vi.fn(async () => true),
      onRemove: vi.fn(async () => true),
      ...given,
    };
    return { props, screen: show(h(HandOverScreen, props)) };
  }
  const WAYS = ['Hand over', 'Sign out', 'Remove from this tablet'];

  test('nothing leaves while something is on it only; sending and the rescue file are offered', async () => {
    const { props, screen } = leaving({ waiting: TWELVE });
    expect(WAYS.map((name) => screen.button(name).disabled)).toEqual([true, true, true]);
    expect(screen.text()).toContain('12 entries, about 14 KB.');
    await screen.press('Send now');
    expect(props.onSendNow).toHaveBeenCalledOnce();
  });

  test('a saved rescue file frees the handing over only', async () => {
    vi.spyOn(URL, 'createObjectURL').mockReturnValue('blob:1');
    const { props, screen } = leaving({ waiting: TWELVE });
    await screen.press('Save rescue file');
    expect(screen.text()).toContain('You can hand the tablet over');
    expect(WAYS.map((name) => screen.button(name).disabled)).toEqual([false, true, true]);
    await screen.press('Hand over');
    expect(props.onHandOver).toHaveBeenCalledOnce();
  });

  test('a mark in memory only hinders everything, though a rescue file holds it', async () => {
    vi.spyOn(URL, 'createObjectURL').mockReturnValue('blob:1');
    const { screen } = leaving({ waiting: TWELVE, has_unsaved: true, loose: 1 });
    expect(screen.text()).toContain('13 entries, about 14 KB.');
    await screen.press('Save rescue file');
    expect(WAYS.map((name) => screen.button(name).disabled)).toEqual([true, true, true]);
    expect(screen.text()).toContain('could not be saved on this tablet yet');
  });

  test('a mark that only the second journal keeps hinders everything, though all of the log is sent', async () => {
    const status = { counted: 'counted', on_tablet: 0, photos_waiting: 0, oldest_unsent_at: null };
    const only_in_journal = signal(1);
    const device = {
      session: { person_id: 'lee' },
      log: { perform: async () => [] },
      sync: {
        status: signal({ ...status, network: 'online' }),
        rescue: { kind: async () => null },
      },
      writing: { pending: signal([]), unsaved: signal([]) },
      keeping: { only_in_journal },
      privacy: { has_pin: signal(true) },
    };
    const value = device as unknown as Device;
    const screen = show(h(DeviceContext.Provider, { value }, h(LeaveScreen, {})));
    expect(WAYS.map((name) => screen.button(name).disabled)).toEqual([true, true, true]);
    only_in_journal.value = 0;
    await vi.waitFor(() => expect(screen.button('Sign out').disabled).toBe(false));
  });

  test('all sent: everything is free, and what takes away asks once more', async () => {
    const { props, screen } = leaving();
    await screen.press('Sign out');
    expect(props.onSignOut).not.toHaveBeenCalled();
    await screen.press('Cancel');
    await screen.press('Remove from this tablet');
    await screen.press('Yes, do it');
    expect(props.onRemove).toHaveBeenCalledOnce();
    expect(props.onSignOut).not.toHaveBeenCalled();
  });

  test('without a network signing out says so and changes nothing', async () => {
    const { screen } = leaving({ onSignOut: async () => false });
    await screen.press('Sign out');
    await screen.press('Yes, do it');
    expect(screen.text()).toContain('That needs the network.');
  });

  test('where no file can be made it says so and offers none', () => {
    const { screen } = leaving({ waiting: TWELVE, rescue: null });
    expect(screen.has('Save rescue file')).toBe(false);
    expect(screen.text()).toContain('A rescue file cannot be made here yet');
  });

  test('without a PIN it says what handing over does not protect', () => {
    expect(leaving({ has_pin: false }).screen.text()).toContain('You have no PIN here');
  });
});

describe('the rescue file', () => {
  beforeEach(() => {
    vi.spyOn(URL, 'createObjectURL').mockReturnValue('blob:1');
  });
  afterEach(() => vi.restoreAllMocks());

  test('is saved under a name without a person in it, and says how large it was', async () => {
    const onSaved = vi.fn();
    const onMake = async () => ({ ...TWELVE_SAVED, text: 'x'.repeat(2_345_678) });
    const given = { n: 12, bytes: 2_000_000, is_sealed: true, onMake, onSaved };
    const screen = show(h(RescueButton, given));
    await screen.press('Save rescue file');
    expect(screen.followed[0]?.download).toMatch(/^noticing-rescue-[\d-]+\.json$/);
    expect(screen.text()).toContain('Saved with 12 entries, 2.3 MB');
    expect(onSaved).toHaveBeenCalledWith(12);
  });

  test('that could not be made frees nothing', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const onSaved = vi.fn();
    const onMake = () => Promise.reject<never>(new Error('no key'));
    const screen = show(h(RescueButton, { n: 1, bytes: 900, is_sealed: true, onMake, onSaved }));
    await screen.press('Save rescue file');
    expect(screen.text()).toContain('could not be made');
    expect(onSaved).not.toHaveBeenCalled();
  });

  test('says when it can be read by whoever has it', () => {
    const onMake = async () => TWELVE_SAVED;
    const screen = show(h(RescueButton, { n: 1, bytes: 99, is_sealed: false, onMake }));
    expect(screen.text()).toContain('It is not encrypted');
    expect(screen.text()).not.toContain('Only the server can read it');
  });

  test('holds photos, too, and says before how large it will be', () => {
    const onMake = async () => TWELVE_SAVED;
    const given = { n: 1, photos: 2, bytes: 1_230_000, is_sealed: true, onMake };
    expect(show(h(RescueButton, given)).text()).toContain('1 entry and 2 photos, about 1.2 MB.');
    const photos_only = show(h(RescueButton, { ...given, n: 0 }));
    expect(photos_only.text()).toContain('2 photos, about 1.2 MB.');
  });

  test('has one more for the photos that have no room, and says which no file can hold', async () => {
    const onSaved = vi.fn();
    const first = { text: '{}', n: 12, photos: 40, left: 8, staying: 0, is_whole: true, all: 52 };
    const second = { text: '{}', n: 12, photos: 7, left: 0, staying: 1, is_whole: true, all: 59 };
    const onMake = vi.fn().mockResolvedValueOnce(first).mockResolvedValueOnce(second);
    const given = { n: 12, photos: 48, bytes: 9, is_sealed: true, onMake, onSaved };
    const screen = show(h(RescueButton, given));
    await screen.press('Save rescue file');
    expect(screen.text()).toContain('8 photos have no room in it');
    await screen.press('Save the next rescue file');
    expect(screen.text()).toContain('1 photo stays on this tablet');
    expect(screen.has('Save rescue file')).toBe(true);
    expect(onSaved.mock.calls).toEqual([[52], [59]]);
  });

  test('of a log that cannot be read says what it leaves out', async () => {
    const onMake = async () => ({ ...TWELVE_SAVED, is_whole: false });
    const screen = show(h(RescueButton, { n: null, bytes: 0, is_sealed: true, onMake }));
    expect(screen.text()).toContain('could not be counted');
    await screen.press('Save rescue file');
    expect(screen.text()).toContain('the file holds only what lies in its reserve');
  });

  test('sizes are said in words', () => {
    expect([1, 14_200, 2_345_678].map(sizeText)).toEqual(['1 KB', '14 KB', '2.3 MB']);
  });
});

describe('the truth about reading and encryption', () => {
  test('a browser that cannot encrypt says what that means', () => {
    expect(show(h(EncryptionNotice, { kind: 'none' })).text()).toContain('cannot encrypt');
    expect(show(h(EncryptionNotice, { kind: 'written_out' })).text()).toContain('hide its key');
    expect(show(h(EncryptionNotice, { kind: 'hidden' })).text()).toBe('');
  });

  test('a lease that is over says that capture goes on; what the server ended cannot be tried again', () => {
    const onTryNow = () => undefined;
    const lease = show(h(ReadingEnded, { why: 'lease', onTryNow }));
    expect(lease.text()).toContain('You can go on observing');
    expect(lease.has('Try now')).toBe(true);
    expect(show(h(ReadingEnded, { why: 'server', onTryNow })).has('Try now')).toBe(false);
  });
});
