"""What all pages share: base layout, components, charts, styles, start page."""
