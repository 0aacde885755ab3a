/** The local yard: the whole farm on one machine, as child processes under one data folder. */
@NullMarked
package dev.brickyard.yard;

import org.jspecify.annotations.NullMarked;
