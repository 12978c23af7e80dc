import text from '../../../../server/noticing/feedback/wording/en.json?raw';

export interface WordList {
  language: string;
  step_words_max: number;
  errors: Record<string, string[]>;
  warnings: string[];
  rewrites: Record<string, string>;
  joining_words: string[];
  step_verbs: string[];
  capitals_allowed: string[];
}

// `?raw`: the file lies with the server, outside this program's root, and belongs to both.
export const wordingLists: WordList = JSON.parse(text);
