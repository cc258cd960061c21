import { useEffect, useRef } from 'preact/hooks';

import type { EditedPrograms } from '../editedPrograms';
import type { CodeEditor } from './codeEditor';

interface EditorProps {
  readonly programs: EditedPrograms;
  /** Is given the function that moves the cursor to a line. */
  readonly lineShower: { current: ((line: number) => void) | undefined };
}

/** The editor of the chosen program. It is loaded after the page, because it is larger. Until then there is a plain field. */
export function Editor({ programs, lineShower }: EditorProps) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let editor: CodeEditor | undefined;
    let isGone = false;
    const choosing = programs.chosen$.subscribe(() => editor?.show(programs.code));
    void import('./codeEditor').then(({ codeEditor }) => {
      if (isGone || !place.current) return;
      place.current.textContent = '';
      editor = codeEditor(place.current, programs.code, (code) => programs.edit(code));
      lineShower.current = (line) => editor?.goTo(line);
    });
    return () => {
      isGone = true;
      lineShower.current = undefined;
      choosing.unsubscribe();
      editor?.destroy();
    };
  }, [programs, lineShower]);
  return (
    <div class="program-editor" ref={place}>
      <p class="muted">Loading the editor …</p>
    </div>
  );
}
