/* A function that reads through the pointer it gets. */
#include <corun.h>
#include <stdio.h>
#include <string.h>

CORUN_ASYNC(program, (), (int n;)) {
    CORUN_BEGIN();
    char name[20];
    char word[20];
    strcpy(name, "x");
    snprintf(word, sizeof word, "%d", my->n);
    CORUN_AWAIT(corun_sleep(1));
    my->n = (int)strlen(name); /* lint: name */
    printf("%s\n", word); /* lint: word */
    CORUN_END();
}
