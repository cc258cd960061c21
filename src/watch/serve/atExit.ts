type Task = (code: number) => void;

/** One listener does all of them, because Node.js warns of a leak from the eleventh listener on. */
const tasks = new Set<Task>();

/** Calls back with the exit code when the process ends. Returns what takes that back. */
export function atExit(task: Task): () => void {
  if (tasks.size === 0) process.once('exit', runTasks);
  tasks.add(task);
  return () => {
    tasks.delete(task);
    if (tasks.size === 0) process.removeListener('exit', runTasks);
  };
}

function runTasks(code: number): void {
  for (const task of tasks) task(code);
}
