import '@fontsource-variable/atkinson-hyperlegible-next';
import '../../../server/noticing/web/styles/pages.css';
import htmx from 'htmx.org';

// The pages' content security policy allows neither eval nor inline styles.
htmx.config.allowEval = false;
htmx.config.includeIndicatorStyles = false;
