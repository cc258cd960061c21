import { indentWithTab } from '@codemirror/commands';
import { javascript } from '@codemirror/lang-javascript';
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { EditorView, keymap } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { basicSetup } from 'codemirror';

/** The colours have the meanings of the page: what names things, what is a value, what is aside. */
const highlighting = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.modifier, tags.self], color: 'var(--link)' },
  { tag: [tags.string, tags.regexp, tags.special(tags.string)], color: 'var(--from-modem)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--note)' },
  { tag: [tags.typeName, tags.className, tags.function(tags.variableName)], color: 'var(--to-modem)' },
  { tag: tags.comment, color: 'var(--muted)', fontStyle: 'italic' },
]);

const look = EditorView.theme({
  '&': { height: '100%', backgroundColor: 'var(--surface)', color: 'var(--text)', fontSize: '12.5px' },
  '&.cm-focused': { outline: '2px solid var(--accent)', outlineOffset: '-2px' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.5' },
  '.cm-gutters': { backgroundColor: 'var(--ground)', color: 'var(--muted)', borderRight: '1px solid var(--edge)' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'color-mix(in srgb, var(--accent) 8%, transparent)' },
  '.cm-cursor': { borderLeftColor: 'var(--text)' },
  '&.cm-focused .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'color-mix(in srgb, var(--accent) 25%, transparent) !important',
  },
  '.cm-panels, .cm-tooltip': { backgroundColor: 'var(--surface)', color: 'var(--text)', borderColor: 'var(--edge)' },
});

/** The editor of a program. */
export interface CodeEditor {
  /** Replaces the text, without telling of it. */
  show(code: string): void;
  /** Moves to a line, from 1. */
  goTo(line: number): void;
  destroy(): void;
}

/**
 * Makes an editor in an element. Tab indents; Escape and then Tab leaves it.
 *
 * @param edited Is told of each change of the user.
 */
export function codeEditor(parent: HTMLElement, code: string, edited: (code: string) => void): CodeEditor {
  let isTold = true;
  const view = new EditorView({
    parent,
    doc: code,
    extensions: [
      basicSetup,
      keymap.of([indentWithTab]),
      javascript({ typescript: true }),
      syntaxHighlighting(highlighting),
      look,
      EditorView.contentAttributes.of({
        tabindex: '0',
        'aria-label': 'The program. Tab indents; press Escape, then Tab, to leave the editor.',
      }),
      EditorView.updateListener.of((update) => {
        if (update.docChanged && isTold) edited(update.state.doc.toString());
      }),
    ],
  });
  return {
    show(shown) {
      if (view.state.doc.toString() === shown) return;
      isTold = false;
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: shown }, selection: { anchor: 0 } });
      view.scrollDOM.scrollTop = 0;
      isTold = true;
    },
    goTo(line) {
      const { from } = view.state.doc.line(Math.min(Math.max(1, line), view.state.doc.lines));
      view.dispatch({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from, { y: 'center' }) });
      view.focus();
    },
    destroy: () => view.destroy(),
  };
}
