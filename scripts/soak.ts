// Long runs that show that nothing is lost and nothing hangs. `npm run soak -- --help` lists them.
import { soakCommand } from '../harness/soak/command';
import { messageOf } from '../src/usocket/contract/messageOf';

soakCommand((line) => {
  console.log(line);
})
  .parseAsync()
  .catch((error: unknown) => {
    console.error(messageOf(error));
    process.exitCode = 1;
  });
