/* What base.h and error.h promise of their constants. */
#include "test.h"

#include <stdio.h>

TEST(the_version_is_its_parts)
{
    char text[32];
    snprintf(text, sizeof text, "%d.%d.%d", CORUN_VERSION_MAJOR, CORUN_VERSION_MINOR, CORUN_VERSION_PATCH);
    CHECK_TEXT(text, CORUN_VERSION);
}

TEST(every_error_has_a_name_that_finds_it)
{
#define CHECK_ONE(number, name, asyncio, text) \
    CHECK_EQ(CORUN_##name, number); \
    CHECK_TEXT(corun_error_name(CORUN_##name), "CORUN_" #name); \
    CHECK_TEXT(corun_error_text(CORUN_##name), text); \
    CHECK_ERROR(corun_error_from_name("CORUN_" #name), CORUN_##name);
    CORUN_ERRORS(CHECK_ONE)
#undef CHECK_ONE
}
