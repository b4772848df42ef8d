/* Shows the first line of a file, and whether debug mode is on. */
#include <corun.h>
#include <stdio.h>
#include <stdlib.h>

static bool show_first_line(const char *path)
{
    char line[100];
    FILE *file = fopen(path, "r");
    bool shown = file && fgets(line, sizeof line, file) && fputs(line, stdout) >= 0;
    if (file) fclose(file);
    return shown;
}

CORUN_ASYNC(reads, (int argc; char **argv;), ()) {
    CORUN_BEGIN();
    if (my->argc < 2 || !show_first_line(my->argv[1])) CORUN_RAISE(CORUN_USER, "no line to read");
    printf("debug %s\n", getenv("CORUN_DEBUG") ? "on" : "off");
    CORUN_END();
}

CORUN_MAIN(reads)
