/* Names and texts of error codes, and the way back from a name. */
#include "test.h"

#include <errno.h>
#include <limits.h>

static const int own_codes[] = {
#define CODE(number, name, asyncio, text) CORUN_##name,
    CORUN_ERRORS(CODE)
#undef CODE
};

static const char *const own_names[] = {
#define NAME(number, name, asyncio, text) "CORUN_" #name,
    CORUN_ERRORS(NAME)
#undef NAME
};

enum { OWN = sizeof own_codes / sizeof *own_codes };

TEST(each_code_of_coruns_has_its_name_and_text)
{
    for (int i = 0; i < OWN; i++) {
        CHECK_TEXT(corun_error_name(own_codes[i]), own_names[i]);
        CHECK(strlen(corun_error_text(own_codes[i])) > 5);
        CHECK_ERROR(corun_error_from_name(own_names[i]), own_codes[i]);
    }
}

/* So that a system call's EINTR is never taken for an interrupt. */
TEST(codes_of_coruns_are_apart_from_the_systems_and_from_each_other)
{
    for (int i = 0; i < OWN; i++) {
        CHECK(own_codes[i] < -4095 && own_codes[i] > CORUN_USER);
        for (int k = 0; k < i; k++) {
            CHECK(own_codes[i] != own_codes[k]);
            CHECK(strcmp(corun_error_text(own_codes[i]), corun_error_text(own_codes[k])) != 0);
        }
    }
}

TEST(the_systems_codes_go_by_their_usual_names)
{
    static const struct {
        int code;
        const char *name;
    } some[] = {
        {-ENOMEM, "ENOMEM"}, {-EBADF, "EBADF"}, {-EINVAL, "EINVAL"},       {-EAGAIN, "EAGAIN"},
        {-EIO, "EIO"},       {-EPIPE, "EPIPE"}, {-ETIMEDOUT, "ETIMEDOUT"}, {-EINTR, "EINTR"},
#if defined(ENOTCAPABLE)
        {-ENOTCAPABLE, "ENOTCAPABLE"},
#endif
    };
    for (size_t i = 0; i < sizeof some / sizeof *some; i++) {
        CHECK_TEXT(corun_error_name(some[i].code), some[i].name);
        CHECK_ERROR(corun_error_from_name(some[i].name), some[i].code);
        CHECK(strcmp(corun_error_text(some[i].code), corun_error_text(-4000)) != 0);
    }
}

/* Every code has a name by which it can be found again: names cross to JavaScript. */
TEST(every_code_is_found_by_its_name)
{
    static const int codes[] = {0, 1, 5, INT_MAX, -1, -999, -4095, -4999, -5999, CORUN_USER, CORUN_USER - 1,
                                CORUN_USER - 12345, INT_MIN + 1, INT_MIN};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        char name[64];
        CHECK(strlen(corun_error_name(codes[i])) < sizeof name);
        strcpy(name, corun_error_name(codes[i]));
        CHECK_EQ(corun_error_from_name(name), codes[i]);
    }
    for (int code = -6000; code < 200; code++)
        CHECK_EQ(corun_error_from_name(corun_error_name(code)), code);
}

TEST(a_programs_own_codes_count_from_user)
{
    CHECK_TEXT(corun_error_name(CORUN_USER), "CORUN_USER");
    CHECK_TEXT(corun_error_name(CORUN_USER - 3), "CORUN_USER-3");
    CHECK_ERROR(corun_error_from_name("CORUN_USER-3"), CORUN_USER - 3);
    CHECK_TEXT(corun_error_text(CORUN_USER - 3), corun_error_text(CORUN_USER));
}

TEST(no_error_is_ok)
{
    CHECK_TEXT(corun_error_name(0), "OK");
    CHECK_EQ(corun_error_from_name("OK"), 0);
    CHECK(strlen(corun_error_text(0)) > 0);
}

TEST(names_that_nobody_knows_are_refused)
{
    static const char *const names[] = {"",         "CORUN_",       "CORUN_NOTHING", "cancelled",
                                        "ENOMEM ",  "CORUN_USER-",  "CORUN_USER-x",  "CORUN_USER-3x",
                                        "ERRNO-",   "ERROR+-1",     "ERRNO- 5",      "CORUN_USER--3",
                                        "CORUN_USER-99999999999999999999"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        CHECK_ERROR(corun_error_from_name(names[i]), CORUN_BAD_ARGUMENT);
}

TEST(unknown_codes_have_a_text_too)
{
    CHECK(strlen(corun_error_text(-4000)) > 0);
    CHECK(strlen(corun_error_text(77)) > 0);
    CHECK_TEXT(corun_error_name(77), "ERROR+77");
    CHECK_TEXT(corun_error_name(-4000), "ERRNO-4000");
}
