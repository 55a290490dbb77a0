#include "csterna.h"
int sterna_placeholder(void){return 0;}
