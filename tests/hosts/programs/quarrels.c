/* A group whose child and body fail, the child while it cleans up. */
#include <corun.h>
#include <errno.h>

CORUN_ASYNC(look, (), ()) {
    CORUN_BEGIN();
    CORUN_TRY();
    CORUN_RAISE(-ENOENT, "no honey here");
    CORUN_FINALLY();
    CORUN_RAISE(-EIO, "the hive is broken");
    CORUN_END();
}

CORUN_ASYNC(quarrels, (int argc; char **argv;), (corun_group group;)) {
    CORUN_BEGIN();
    corun_group_open(&my->group);
    CORUN_TRY();
    corun_group_spawn_with(&my->group, CORUN_CALL(look), &(corun_spawn_options){.name = "bear"}, NULL);
    CORUN_CATCH_ALL_AWAIT(corun_forever());
    CORUN_RAISE(CORUN_USER, "no more patience");
    CORUN_FINALLY();
    CORUN_AWAIT(corun_group_close(&my->group));
    CORUN_END();
}
CORUN_MAIN(quarrels)
