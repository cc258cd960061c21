// Long runs that show that nothing is lost and nothing hangs. `npm run soak -- --help` lists them.
import { soakCommand } from '../harness/soak/command';

soakCommand((line) => {
  console.log(line);
})
  .parseAsync()
  .catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  });
