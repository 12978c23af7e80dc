import { mountApp } from './app.tsx';
import { keepUpToDate } from './update.ts';

const root = document.getElementById('app');
if (root) mountApp(root);
keepUpToDate();
