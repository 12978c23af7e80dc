import { signal } from '@preact/signals';

export type Route =
  | { screen: 'today' }
  | { screen: 'start'; teacher_id: string | null }
  | { screen: 'capture'; observation_id: string }
  | { screen: 'review'; observation_id: string }
  | { screen: 'waiting' }
  | { screen: 'leave' };

export function readRoute(hash: string): Route {
  const [screen = '', id = ''] = hash.replace(/^#\/?/, '').split('/').map(decodeURIComponent);
  if (screen === 'start') return { screen, teacher_id: id || null };
  if ((screen === 'capture' || screen === 'review') && id) return { screen, observation_id: id };
  if (screen === 'waiting' || screen === 'leave') return { screen };
  return { screen: 'today' };
}

export const links = {
  today: '#/',
  waiting: '#/waiting',
  leave: '#/leave',
  start: (teacher_id?: string) => (teacher_id ? `#/start/${teacher_id}` : '#/start'),
  capture: (observation_id: string) => `#/capture/${observation_id}`,
  review: (observation_id: string) => `#/review/${observation_id}`,
};

export const route = signal<Route>({ screen: 'today' });

export function followHash(): void {
  const follow = () => {
    route.value = readRoute(location.hash);
  };
  addEventListener('hashchange', follow);
  follow();
}

export function go(link: string): void {
  location.hash = link;
}
