/* The harness of the C tests: programs that list and run their cases by name, the same on every host.
 *
 *     prog --list     one case a line: name and kind
 *     prog NAME       runs it: status 0 passed, 77 skipped, 1 failed with messages on standard error
 *
 * A `sim` case is a plain function; what it runs, it runs on the sim loop. A `loop` case is a coroutine on the
 * host's own loop. A case in parts is a function that is called again and again, while no loop is running, until
 * it says that it is over; where the host must not block, it makes each call (TEST_AGAIN). The scenarios of
 * tests/conformance are made of the first and the last. Cases register themselves, in the order in which they
 * are written.
 */
#ifndef TESTS_UNIT_TEST_H
#define TESTS_UNIT_TEST_H

#include <corun.h>
#include <corun/sim.h>
#include <string.h>

struct test {
    const char *name, *kind;
    void (*plain)(void);   /* of a sim case */
    corun_awaitable call;  /* of a loop case */
    int64_t (*part)(void); /* of one in parts: nanoseconds until the next call, -1 when it is over */
    struct test *next;
};

/* The status with which a host that must not block is asked to run the program once more. */
enum { TEST_AGAIN = 75 };

/* Defines a sim case. */
#define TEST(name) \
    static void name(void); \
    TEST_REGISTER_(name, "sim", name, ((corun_awaitable){NULL, NULL, {0}, 0})) \
    static void name(void)

/* Defines a loop case with its locals: TEST_LOOP(name, (int n;)) { CORUN_BEGIN(); ... CORUN_END(); } */
#define TEST_LOOP(name, locals) \
    CORUN_FRAME_(name, (), locals) \
    static const corun_coroutine name##_coroutine_; \
    static struct name##_call_ name##_static_ = {.corun_frame_ = {.coroutine = &name##_coroutine_}}; \
    TEST_REGISTER_(name, "loop", NULL, ((corun_awaitable){&corun_call_type_, &name##_static_, {0}, 0})) \
    CORUN_BODY_(name, static)

#define TEST_REGISTER_(name, case_kind, function, awaitable) \
    __attribute__((constructor)) static void name##_register_(void) \
    { \
        static struct test test; \
        test = (struct test){#name, case_kind, function, awaitable, NULL, NULL}; \
        test_add(&test); \
    }

void test_add(struct test *test);

/* Checks. A failed one is told and remembered; the case goes on. Each evaluates its arguments once. */
#define CHECK(condition) test_check((condition), #condition, __FILE__, __LINE__)
#define CHECK_EQ(a, b) test_check_equal((long long)(a), (long long)(b), #a " == " #b, __FILE__, __LINE__)
/* Compares error codes, and tells their names. */
#define CHECK_ERROR(a, b) test_check_error((a), (b), #a " == " #b, __FILE__, __LINE__)
#define CHECK_TEXT(a, b) test_check_text((a), (b), #a " == " #b, __FILE__, __LINE__)

void test_check(bool condition, const char *text, const char *file, int line);
void test_check_equal(long long a, long long b, const char *text, const char *file, int line);
void test_check_error(int a, int b, const char *text, const char *file, int line);
void test_check_text(const char *a, const char *b, const char *text, const char *file, int line);
_Noreturn void test_skip(const char *reason);

/* A log of words, to check an order: test_log("a"), CHECK_LOG("a b"). */
void test_log(const char *word);
void test_log_number(long long number);
#define CHECK_LOG(expected) test_check_log((expected), __FILE__, __LINE__)
void test_check_log(const char *expected, const char *file, int line);

/* The allocator that counts. Memory that is in use at the end of a case fails it, where the whole
 * program ends with it. `test_fail_allocation(k)` makes the k-th allocation from now fail, once; 0 none. */
long test_allocations_in_use(void);
long test_allocations_made(void);
void test_fail_allocation(long k);
bool test_allocation_failed(void);

/* Runs `main` on a fresh sim loop. */
int test_run_sim(corun_awaitable main, corun_value *out_value);

/* Prepares a runner on a sim loop, and gives that. */
corun_loop *test_open_sim(corun_runner *runner);
/* Has what the loop reports logged: its message in square brackets, then the error's name, if there is one. */
void test_log_reports(corun_loop *loop);

#endif
