"""What `doctor --fix` may do by itself: small changes of files, each proven by judging the same cause again."""
