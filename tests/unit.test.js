// The C unit tests, on every host.
import { testPrograms } from './support/c-tests.js';

testPrograms('tests/unit');
