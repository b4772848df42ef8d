/* What countdown.c takes of the C library, without Corun: malloc, argv and formatted output. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv) {
    char *copy = malloc(strlen(argv[0]) + 1);
    if (!copy)
        return 1;
    printf("%s %d\n", strcpy(copy, argv[0]), argc);
    puts("liftoff");
    free(copy);
    return 0;
}
