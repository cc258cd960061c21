// Measures the library beside bare programs on `serialport`. `npm run bench -- --help` lists the options.
import { benchCommand } from '../harness/bench/command';
import { messageOf } from '../src/usocket/contract/messageOf';

benchCommand((line) => {
  console.log(line);
})
  .parseAsync()
  .catch((error: unknown) => {
    console.error(messageOf(error));
    process.exitCode = 1;
  });
