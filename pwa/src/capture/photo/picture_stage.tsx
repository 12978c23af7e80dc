import { useEffect, useId, useRef, useState } from 'preact/hooks';
import type { Box, Cut } from '../../picture/asked.ts';
import { t } from '../../ui/messages/messages.ts';
import { boxAfterKey, boxBetween, FIRST_COVER, FIRST_CROP, moveBox, WHOLE } from './boxes.ts';
import { useDrawing } from './use_drawing.ts';

interface Props {
  picture: ImageBitmap;
  cut: Cut;
  onChange: (cut: Cut) => void;
}

type Tool = 'cover' | 'crop';

/** A finger draws a box over a name, or around what is kept. Every box can also be moved by keys. */
export function PictureStage({ picture, cut, onChange }: Props) {
  const [tool, setTool] = useState<Tool>('cover');
  const help_id = useId();
  const { covers, crop } = cut;
  const is_cropped = crop !== WHOLE;
  const setCover = (at: number, box: Box | null) =>
    onChange({ ...cut, covers: covers.flatMap((one, n) => (n === at ? (box ?? []) : one)) });
  const add = (box: Box) =>
    onChange(tool === 'cover' ? { ...cut, covers: [...covers, box] } : { ...cut, crop: box });
  const takeBack = () =>
    onChange(tool === 'cover' ? { ...cut, covers: covers.slice(0, -1) } : { ...cut, crop: WHOLE });
  const { drawn, draw } = useDrawing((from, to) => {
    const box = boxBetween(from, to);
    if (box) add(box);
  });
  const preview = drawn && boxBetween(drawn.from, drawn.to);
  return (
    <div class="photo-edit">
      <fieldset class="segments">
        <legend class="only-read">{t('photo.tools')}</legend>
        {(['cover', 'crop'] as const).map((one) => (
          <button
            key={one}
            type="button"
            class="segment"
            aria-pressed={tool === one}
            onClick={() => setTool(one)}
          >
            {t(one === 'cover' ? 'photo.cover' : 'photo.crop')}
          </button>
        ))}
      </fieldset>
      <div class="photo-stage" data-tool={tool} {...draw}>
        <Picture picture={picture} />
        {covers.map((box, at) => (
          <BoxButton
            key={at}
            kind="photo-cover"
            box={box}
            name={t('photo.cover_n', { n: at + 1 })}
            help_id={help_id}
            onChange={(changed) => setCover(at, changed)}
          />
        ))}
        {is_cropped && (
          <BoxButton
            kind="photo-crop"
            box={crop}
            name={t('photo.crop_box')}
            help_id={help_id}
            onChange={(changed) => onChange({ ...cut, crop: changed ?? WHOLE })}
          />
        )}
        {preview && <span class={`photo-${tool} drawing`} ref={placeAt(preview)} />}
      </div>
      <p class="soft" id={help_id}>
        {t(tool === 'cover' ? 'photo.cover_help' : 'photo.crop_help')}
      </p>
      <div class="photo-acts">
        <button
          type="button"
          class="button"
          onClick={() => add(tool === 'cover' ? FIRST_COVER : FIRST_CROP)}
        >
          {t(tool === 'cover' ? 'photo.add_cover' : 'photo.add_crop')}
        </button>
        <button
          type="button"
          class="button"
          disabled={tool === 'cover' ? covers.length === 0 : !is_cropped}
          onClick={takeBack}
        >
          {t(tool === 'cover' ? 'photo.remove_cover' : 'photo.remove_crop')}
        </button>
      </div>
    </div>
  );
}

function Picture({ picture }: { picture: ImageBitmap }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    canvas.current?.getContext('2d')?.drawImage(picture, 0, 0);
  }, [picture]);
  return (
    <canvas
      ref={canvas}
      width={picture.width}
      height={picture.height}
      role="img"
      aria-label={t('photo.picture')}
    />
  );
}

interface BoxProps {
  kind: 'photo-cover' | 'photo-crop';
  box: Box;
  name: string;
  help_id: string;
  onChange: (box: Box | null) => void;
}

function BoxButton({ kind, box, name, help_id, onChange }: BoxProps) {
  const { draw } = useDrawing(undefined, (dx, dy) => onChange(moveBox(box, dx, dy)));
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Delete' || event.key === 'Backspace') return onChange(null);
    const moved = boxAfterKey(box, event.key, event.shiftKey);
    if (!moved) return;
    event.preventDefault();
    onChange(moved);
  };
  return (
    <button
      type="button"
      class={kind}
      ref={placeAt(box)}
      aria-label={name}
      aria-describedby={help_id}
      onKeyDown={onKeyDown}
      {...draw}
    />
  );
}

/** By hand: the page's policy forbids styles that stand in the document. */
function placeAt({ x, y, width, height }: Box) {
  const share = (part: number) => `${part * 100}%`;
  const place = { left: share(x), top: share(y), width: share(width), height: share(height) };
  return (element: HTMLElement | null) => {
    if (element) Object.assign(element.style, place);
  };
}
