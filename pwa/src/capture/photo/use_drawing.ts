import { useRef, useState } from 'preact/hooks';
import type { Point } from './boxes.ts';

export interface Drawn {
  readonly from: Point;
  readonly to: Point;
}

/** One finger from where it comes down to where it leaves, in shares of the stage. */
export function useDrawing(
  onDrawn: (from: Point, to: Point) => void = () => undefined,
  onMoved: (dx: number, dy: number) => void = () => undefined,
) {
  const [drawn, setDrawn] = useState<Drawn | null>(null);
  // The handlers of one gesture may run before the screen is drawn anew.
  const gesture = useRef<Drawn | null>(null);
  const keep = (next: Drawn | null) => {
    gesture.current = next;
    setDrawn(next);
  };
  const onPointerDown = (event: PointerEvent) => {
    if (event.button !== 0) return;
    // A box that is moved is not drawn over.
    event.stopPropagation();
    (event.currentTarget as Element).setPointerCapture(event.pointerId);
    const at = pointOf(event);
    keep({ from: at, to: at });
  };
  const onPointerMove = (event: PointerEvent) => {
    if (!gesture.current) return;
    const to = pointOf(event);
    onMoved(to.x - gesture.current.to.x, to.y - gesture.current.to.y);
    keep({ from: gesture.current.from, to });
  };
  const onPointerUp = () => {
    const done = gesture.current;
    keep(null);
    if (done) onDrawn(done.from, done.to);
  };
  return {
    drawn,
    draw: { onPointerDown, onPointerMove, onPointerUp, onPointerCancel: () => keep(null) },
  };
}

function pointOf(event: PointerEvent): Point {
  const stage = (event.currentTarget as Element).closest('.photo-stage');
  const { left, top, width, height } = (stage as Element).getBoundingClientRect();
  return { x: (event.clientX - left) / width, y: (event.clientY - top) / height };
}
