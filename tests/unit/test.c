#include "test.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static struct test *first_test, **next_test = &first_test;
static int failures;

void test_add(struct test *test)
{
    *next_test = test;
    next_test = &test->next;
}

/* ------------------------------------------------------------------ checks */

static void tell_place(const char *file, int line)
{
    failures++;
    fprintf(stderr, "%s:%d: ", file, line);
}

void test_check(bool condition, const char *text, const char *file, int line)
{
    if (condition)
        return;
    tell_place(file, line);
    fprintf(stderr, "%s is false\n", text);
}

void test_check_equal(long long a, long long b, const char *text, const char *file, int line)
{
    if (a == b)
        return;
    tell_place(file, line);
    fprintf(stderr, "%s: %lld, not %lld\n", text, a, b);
}

void test_check_error(int a, int b, const char *text, const char *file, int line)
{
    if (a == b)
        return;
    tell_place(file, line);
    fprintf(stderr, "%s: %s", text, corun_error_name(a));
    fprintf(stderr, ", not %s\n", corun_error_name(b));
}

void test_check_text(const char *a, const char *b, const char *text, const char *file, int line)
{
    if (a && b && strcmp(a, b) == 0)
        return;
    tell_place(file, line);
    fprintf(stderr, "%s: \"%s\", not \"%s\"\n", text, a ? a : "(null)", b ? b : "(null)");
}

void test_skip(const char *reason)
{
    fprintf(stderr, "skipped: %s\n", reason);
    exit(77);
}

static char words[4096];

void test_log(const char *word)
{
    size_t length = strlen(words);
    snprintf(words + length, sizeof words - length, "%s%s", length ? " " : "", word);
}

void test_log_number(long long number)
{
    char text[32];
    snprintf(text, sizeof text, "%lld", number);
    test_log(text);
}

void test_check_log(const char *expected, const char *file, int line)
{
    test_check_text(words, expected, "log", file, line);
    words[0] = '\0';
}

/* --------------------------------------------------------------- allocator */

static atomic_long in_use, made; /* threads allocate too */
static long until_failure;
static bool has_failed;

static bool fails_now(void)
{
    made++;
    if (until_failure == 0 || --until_failure > 0)
        return false;
    has_failed = true;
    return true;
}

static void *count_allocate(size_t size, void *argument)
{
    void *got = fails_now() ? NULL : malloc(size);
    (void)argument;
    in_use += got != NULL;
    return got;
}

static void *count_resize(void *old, size_t size, void *argument)
{
    void *got = fails_now() ? NULL : realloc(old, size);
    (void)argument;
    in_use += got && !old;
    return got;
}

static void count_release(void *old, void *argument)
{
    (void)argument;
    in_use -= old != NULL;
    free(old);
}

long test_allocations_in_use(void)
{
    return in_use;
}

long test_allocations_made(void)
{
    return made;
}

void test_fail_allocation(long k)
{
    until_failure = k;
    has_failed = false;
}

bool test_allocation_failed(void)
{
    return has_failed;
}

/* --------------------------------------------------------------------- run */

int test_run_sim(corun_awaitable main, corun_value *out_value)
{
    corun_run_options options = {.loop_factory = corun_loop_sim};
    return corun_run(main, &options, out_value);
}

corun_loop *test_open_sim(corun_runner *runner)
{
    corun_run_options options = {.loop_factory = corun_loop_sim};
    corun_loop *loop = NULL;
    corun_runner_open(runner, &options);
    CHECK_ERROR(corun_runner_loop(runner, &loop), 0);
    return loop;
}

static void log_report(corun_loop *loop, const corun_report *report, void *argument)
{
    char text[200];
    (void)loop, (void)argument;
    snprintf(text, sizeof text, "[%s]", report->message);
    test_log(text);
    if (report->failure)
        test_log(corun_error_name(report->failure->code));
}

void test_log_reports(corun_loop *loop)
{
    corun_loop_set_exception_handler(loop, log_report, NULL);
}

static struct test *find_test(const char *name)
{
    struct test *test = first_test;
    while (test && strcmp(test->name, name) != 0)
        test = test->next;
    if (!test) {
        fprintf(stderr, "there is no case %s\n", name);
        exit(2);
    }
    return test;
}

static void list_tests(void)
{
    for (const struct test *test = first_test; test; test = test->next)
        printf("%s %s\n", test->name, test->kind);
}

/* Lists, or runs a loop case; others have run before. */
CORUN_ASYNC(run_case, (int argc; char **argv;), (struct test *test;)) {
    CORUN_BEGIN();
    if (my->argc < 2 || strcmp(my->argv[1], "--list") == 0) {
        list_tests();
        CORUN_RETURN(.i = 0);
    }
    my->test = find_test(my->argv[1]);
    if (my->test->call.type) {
        CORUN_CATCH_ALL_AWAIT(my->test->call);
        CHECK_ERROR(CORUN_ERROR(), 0);
    }
    CORUN_RETURN(.i = failures > 0);
    CORUN_END();
}

static struct test *chosen; /* NULL: the cases are to be listed */

static void begin_program(int argc, char **argv)
{
    static const corun_allocator counting = {count_allocate, count_resize, count_release, NULL};
    corun_start_();
    setvbuf(stdout, NULL, _IOLBF, 0);
    corun_set_allocator(&counting);
    if (argc >= 2 && argv[1][0] != '-')
        chosen = find_test(argv[1]);
    if (chosen && chosen->plain)
        chosen->plain();
}

int main(int argc, char **argv)
{
    corun_value status = CORUN_VALUE(.i = 1);
    int64_t wait = 0;
    begin_program(argc, argv);
    while (chosen && chosen->part && (wait = chosen->part()) >= 0)
        nanosleep(&(struct timespec){wait / 1000000000, (long)(wait % 1000000000)}, NULL);
    CHECK_EQ(in_use, 0);
    CHECK_ERROR(corun_run(CORUN_CALL(run_case, .argc = argc, .argv = argv), NULL, &status), 0);
    CHECK_EQ(in_use, 0);
    exit(status.i != 0 || failures > 0);
}

/* The next part of a case in parts. What these have allocated they must have released in the end; the host's
 * own loop stays. */
static int64_t go_on(void)
{
    static long left;
    long before = in_use;
    int64_t wait = chosen->part();
    left += in_use - before;
    if (wait < 0)
        CHECK_EQ(left, 0);
    return wait;
}

CORUN_ASYNC(ask_for_more, (double seconds;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_sleep(my->seconds));
    CORUN_RETURN(.i = TEST_AGAIN);
    CORUN_END();
}

#if defined(__wasm__)
__attribute__((export_name("corun_entry_main"), used))
#endif
int corun_entry_main(int argc, char **argv);

int corun_entry_main(int argc, char **argv)
{
    static bool begun;
    int64_t wait;
    if (!begun)
        begin_program(argc, argv);
    begun = true;
    if (chosen && chosen->part && (wait = go_on()) >= 0)
        return corun_entry_start_(CORUN_CALL(ask_for_more, .seconds = (double)wait / 1e9));
    return corun_entry_start_(CORUN_CALL(run_case, .argc = argc, .argv = argv));
}
