// Measures the library beside bare programs on `serialport`. `npm run bench -- --help` lists the options.
import { benchCommand } from '../harness/bench/command';
import { exitCodeOf, messageWithCause } from '../src/cli/console/exitCodes';

benchCommand((line) => {
  console.log(line);
})
  .parseAsync()
  .catch((error: unknown) => {
    const message = messageWithCause(error);
    if (message !== '') console.error(message);
    process.exitCode = exitCodeOf(error);
  });
