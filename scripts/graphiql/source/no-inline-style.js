/**
 * Stands in for react-style-singleton, which adds a <style> element to stop the page from scrolling
 * under a dialog: this page never scrolls, and its content-security policy forbids inline styles.
 */
export const styleSingleton = () => () => null;
