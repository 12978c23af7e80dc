import type { ComponentType } from 'preact';
import type { ItemType } from '../protocol/protocol.ts';
import { CheckItem } from './check/check_item.tsx';
import { ChoiceItem } from './choice/choice_item.tsx';
import type { ItemProps } from './item_props.ts';
import { PhotoItem } from './photo/photo_item.tsx';
import { RatingItem } from './rating/rating_item.tsx';
import { SweepPad } from './sweep/sweep_pad.tsx';
import { TagsItem } from './tags/tags_item.tsx';
import { TallyItem } from './tally/tally_item.tsx';
import { YesNoItem } from './yesno/yesno_item.tsx';

/** One component an item type; `script` is the line at the foot of the screen. */
export const ITEM_COMPONENTS: Record<Exclude<ItemType, 'script'>, ComponentType<ItemProps>> = {
  check: CheckItem,
  choice: ChoiceItem,
  photo: PhotoItem,
  rating: RatingItem,
  sweep: SweepPad,
  tags: TagsItem,
  tally: TallyItem,
  yesno: YesNoItem,
};
